/** One case of a benchmark, as `npm run bench -- NAME --json` prints it. */
export interface BenchLine {
  readonly bench: string;
  readonly case: string;
  readonly ours: number;
  /** What is compared with, measured in the same run. */
  readonly peer: number;
  readonly unit: string;
  /** Above 1: ours is better. */
  readonly ratio: number;
}
