/** "notice": in log, metrics, trail and the daily digest. "warning" and "critical": operators are told at once as well. */
export type Severity = "notice" | "warning" | "critical";

/** What is counted. Each name arises in one place of the code, or in one of each process. */
export type AlarmEvent =
  | "account.closed"
  | "account.exported"
  | "backup.old"
  | "certificate.ending"
  | "certificate.revoked"
  | "claim-code.wrong"
  | "clock.doubted"
  | "device.new"
  | "disk.filling"
  | "found-code.wrong"
  | "id.foreign"
  | "keys.forgotten"
  | "locations.exported"
  | "login.failed"
  | "place.doubted"
  | "quota.requests"
  | "quota.tag"
  | "second-factor.off"
  | "session.reused"
  | "tag.given-up"
  | "tag.other-name"
  | "tag.second-session"
  | "trail.broken"
  | "trail.unwritten";

/** By what a rule counts apart; "installation": everything together. */
type AlarmKey = "account" | "installation" | "network" | "tag";

/** A rule: so many events of one key, or about so many different things, within a window. */
export interface AlarmRule {
  /** Stable name: in log, metrics, trail, mails and webhooks. */
  readonly name: string;
  readonly event: AlarmEvent;
  readonly key: AlarmKey;
  /** Count different accounts or objects, and each only once; events when left out. */
  readonly distinct?: "account" | "object";
  readonly windowS: number;
  readonly threshold: number;
  readonly severity: Severity;
  /** The same key does not trip the rule again for so long. */
  readonly quietS: number;
  /** What tripped it, for operators: one sentence. */
  readonly says: string;
}

/** One event, as whoever sees it tells of it. */
export interface Observation {
  readonly event: AlarmEvent;
  /** Id of an account, or a keyed hash that stands for one that does not exist. */
  readonly account?: string | undefined;
  /** Keyed hash of the client's network. */
  readonly network?: string | undefined;
  readonly tag?: string | undefined;
  /** What it was about, where a rule counts different ones. Never written anywhere. */
  readonly object?: string | undefined;
}
