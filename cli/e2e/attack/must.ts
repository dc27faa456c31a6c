/** Ends the attack as a success of the attacker, unless the condition holds. */
export function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

/** The answer's status has to be one of these. */
export function mustBe(status: number, wanted: readonly number[], what: string): void {
  must(wanted.includes(status), `${what} was answered ${status}, not ${wanted.join(" or ")}`);
}

/** Rejects when the promise takes longer. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${ms / 1_000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
