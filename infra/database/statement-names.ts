/** Most statements that a connection keeps prepared. */
const mostNamed = 300;
/** A statement is worth preparing when it comes for the third time. */
const usesBefore = 2;
/** Statements whose uses are counted; then the count begins anew. */
const mostCounted = 2000;

/**
 * Names the statements that come again and again, so that each connection plans them once: planning the larger ones
 * takes longer than executing them. Lists of changing length make ever new statements, so their number is bounded.
 * @returns gives the name for a statement; `''`: it is not worth one.
 */
export function createStatementNames(): (sql: string) => string {
  const names = new Map<string, string>();
  const uses = new Map<string, number>();
  return (sql) => {
    const name = names.get(sql);
    if (name !== undefined) return name;
    if (names.size >= mostNamed) return '';
    const before = uses.get(sql) ?? 0;
    if (before < usesBefore) {
      if (uses.size >= mostCounted) uses.clear();
      uses.set(sql, before + 1);
      return '';
    }
    const fresh = `coagent_${names.size + 1}`;
    uses.delete(sql);
    names.set(sql, fresh);
    return fresh;
  };
}
