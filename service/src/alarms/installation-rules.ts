import type { AlarmRule } from "./alarm-rule.ts";

const HOUR_S = 3_600;
const DAY_S = 86_400;

/** What happens to the installation itself. */
export const INSTALLATION_RULES: readonly AlarmRule[] = [
  {
    name: "trail-broken",
    event: "trail.broken",
    key: "installation",
    windowS: HOUR_S,
    threshold: 1,
    severity: "critical",
    quietS: 12 * HOUR_S,
    says: "The audit trail is not as it was written: run purrimeter audit verify.",
  },
  {
    name: "trail-unwritten",
    event: "trail.unwritten",
    key: "installation",
    windowS: HOUR_S,
    threshold: 1,
    severity: "critical",
    quietS: HOUR_S,
    says: "The audit trail could not be written or signed.",
  },
  {
    name: "certificate-ending",
    event: "certificate.ending",
    key: "installation",
    windowS: HOUR_S,
    threshold: 1,
    severity: "warning",
    quietS: DAY_S,
    says: "The certificate of a service ends within 14 days and was not renewed.",
  },
  {
    name: "disk-filling",
    event: "disk.filling",
    key: "installation",
    windowS: HOUR_S,
    threshold: 1,
    severity: "critical",
    quietS: 6 * HOUR_S,
    says: "The disk of the data folder is nearly full: soon tags and owners are refused.",
  },
  {
    name: "backup-old",
    event: "backup.old",
    key: "installation",
    windowS: HOUR_S,
    threshold: 1,
    severity: "warning",
    quietS: DAY_S,
    says: "The last backup is too old, or there is none.",
  },
  {
    name: "counted-keys-forgotten",
    event: "keys.forgotten",
    key: "installation",
    windowS: HOUR_S,
    threshold: 1,
    severity: "warning",
    quietS: 6 * HOUR_S,
    says: "More accounts, addresses or tags caused events at once than can be counted: other rules may have missed some.",
  },
];
