import type { Target } from "./target.ts";

/** One attack on a running installation. */
export interface Attack {
  readonly name: string;
  readonly tried: string;
  /** What came of it, when the installation held. Rejects with the reason when the attack succeeded or could not be tried. */
  readonly run: (target: Target) => Promise<string>;
}

/** What `main` says about one attack. */
export interface Outcome {
  readonly name: string;
  readonly tried: string;
  readonly held: boolean;
  readonly came: string;
}

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
