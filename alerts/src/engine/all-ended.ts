/** What they resolved with, once all have ended; then rejects as the first that did. */
export async function allEnded<Result>(running: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(running);
  return Promise.all(running);
}
