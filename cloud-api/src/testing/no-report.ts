import type { AuthReport } from "../edge/auth-report.ts";

/** For tests that are not about how calls of the authentication service went. */
export const NO_REPORT: AuthReport = {
  answered: () => undefined,
  failed: () => undefined,
  understood: () => undefined,
};
