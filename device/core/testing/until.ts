/** Against hanging: some ten times what anything takes here, for machines that are busy. */
const DEADLINE_MS = 30_000;

/** Waits until the condition holds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const endsAt = performance.now() + DEADLINE_MS;
  while (!holds()) {
    if (performance.now() > endsAt) throw new Error(`waited for ${what} in vain`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
