/** One thing that has to be well for a service to serve. */
export interface ReadinessCheck {
  /** Stable, lower case: "clock". */
  readonly name: string;
  /** `detail` is a constant of the code: it names no place and no person. */
  check(): Promise<{ ok: boolean; detail: string }>;
}
