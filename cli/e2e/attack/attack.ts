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
