/**
 * Groups of nodes that lead to each other in a circle, each in the order of the given ids (Tarjan's algorithm, without
 * recursion). Edges from a node to itself do not count.
 */
export function findCycles(ids: readonly string[], next: (id: string) => readonly string[]): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const cycles: string[][] = [];
  const lower = (id: string, value: number): void => void low.set(id, Math.min(low.get(id) ?? value, value));

  for (const start of ids) {
    if (index.has(start)) continue;
    const path = [enter(start)];
    for (let step = path.at(-1); step; step = path.at(-1)) {
      const target = step.targets.pop();
      if (target === undefined) {
        path.pop();
        close(step.id);
        const parent = path.at(-1);
        if (parent) lower(parent.id, low.get(step.id) ?? 0);
      } else if (!index.has(target)) path.push(enter(target));
      else if (isOpen.has(target)) lower(step.id, index.get(target) ?? 0);
    }
  }
  return cycles;

  function enter(id: string): { id: string; targets: string[] } {
    index.set(id, index.size);
    lower(id, index.get(id) ?? 0);
    open.push(id);
    isOpen.add(id);
    return { id, targets: [...next(id)] };
  }

  function close(id: string): void {
    if (low.get(id) !== index.get(id)) return;
    const members = new Set(open.splice(open.lastIndexOf(id)));
    for (const member of members) isOpen.delete(member);
    if (members.size > 1) cycles.push(ids.filter((each) => members.has(each)));
  }
}
