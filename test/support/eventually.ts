/** Waits until `probe` answers something truthy, asked once more after the time; fails with `what` and the last answer. */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  seconds = 30,
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const deadline = Date.now() + seconds * 1000;
  let last: unknown;
  for (let late = false; !late;) {
    late = Date.now() >= deadline;
    try {
      const answer = await probe();
      if (answer) return answer as Exclude<T, false | null | undefined | 0 | ''>;
      last = answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(
    `${what} did not happen within ${String(seconds)} s; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`,
  );
}
