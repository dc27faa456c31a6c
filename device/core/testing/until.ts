/** Ends a test that hangs: some ten times what anything takes here, for busy machines. */
const DEADLINE_MS = 30_000;

/** Waits until the condition holds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const endsAt = performance.now() + DEADLINE_MS;
  while (!holds()) {
    if (performance.now() > endsAt) throw new Error(`timed out waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
