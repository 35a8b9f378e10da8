const AT_ONCE = 16;

/** Does something for each, some at once: requests to S3 wait more than they work. In the order given. */
export async function inParallel<T, R>(
  all: readonly T[],
  each: (one: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const waiting = [...all.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, one] = next;
      results[index] = await each(one);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
