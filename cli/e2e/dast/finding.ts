const SEVERITIES = ["info", "low", "medium", "high"] as const;
/** From harmless to worst. */
export type Severity = (typeof SEVERITIES)[number];

/** What a tool found. */
export interface Finding {
  readonly severity: Severity;
  readonly what: string;
}

/** What a tool says at its end. */
export interface ToolReport {
  /** One line: what was tried, how much. */
  readonly summary: string;
  readonly findings: readonly Finding[];
}

/** Whether a finding fails the run. */
export function isSerious({ severity }: Finding): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf("medium");
}
