/** One place that breaks a rule: where it is, what is wrong, and what to do about it. */
export interface Breach {
  /** The path from the root of the repository, with `:line` where a line is known. */
  readonly where: string;
  readonly what: string;
}
