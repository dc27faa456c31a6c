import type { Alarms } from "@purrimeter/service/alarm-engine";
import { errorCode } from "@purrimeter/service/log";
import type { Log } from "@purrimeter/service/log";
import type { Time } from "@purrimeter/service/time";
import type { Database } from "@purrimeter/database/open-database";
import { Kysely } from "kysely";
import { Accounts } from "./accounts.ts";
import { AuditTrail } from "../audit/audit-trail.ts";
import { ActingDialect } from "../audit/acting-dialect.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import { openTrail, type OpenTrail } from "../audit/open-trail.ts";
import { DataKeys } from "./data-keys.ts";
import { ClosedAccounts } from "../erasure/closed-accounts.ts";
import { PersonalTokens } from "../personal-tokens/personal-tokens.ts";
import type { AuthTables } from "../schema.ts";
import { SecondFactors } from "../second-factor/second-factors.ts";
import { FamiliarDevices } from "../sessions/familiar-devices.ts";
import { SessionEndings } from "../sessions/session-endings.ts";
import { Sessions } from "../sessions/sessions.ts";

/** What reads and changes accounts: all that the command line needs, and the ground of the service. */
export interface OpenAccounts {
  readonly database: Kysely<AuthTables>;
  readonly keys: DataKeys;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly devices: FamiliarDevices;
  readonly endings: SessionEndings;
  readonly personalTokens: PersonalTokens;
  readonly secondFactors: SecondFactors;
  readonly erasures: ClosedAccounts;
  readonly audit: AuditTrail;
  /** The tree under it. */
  readonly trail: OpenTrail;
}

/** Where the accounts are, and who is told. */
export interface OpenAccountsOptions {
  /** Migrated with AUTH_MIGRATIONS. */
  readonly database: Database;
  /** 32 bytes; wraps the service's own keys. */
  readonly databaseKey: Uint8Array;
  /** 32 bytes, secret `audit-key`: signs the audit trail. */
  readonly auditKey: Uint8Array;
  readonly log: Log;
  readonly time: Time;
  /** Whether what has expired may be deleted; always unless given. */
  readonly isClockTrusted?: (() => boolean) | undefined;
  /** Told when the trail cannot be written; nobody is unless given. */
  readonly alarms?: Alarms;
  /** Told of every audit event. */
  readonly listener: (event: AuditEvent) => void;
}

/** Opens the accounts of a database, also while the service runs on it; throws when the database key is another. */
export async function openAccounts(options: OpenAccountsOptions): Promise<OpenAccounts> {
  const { alarms, log, time, listener, isClockTrusted } = options;
  const now = (): number => time.utcS();
  const dialect = new ActingDialect(options.database);
  const database = new Kysely<AuthTables>({ dialect });
  const keys = await DataKeys.open(database, options.databaseKey);
  const endings = new SessionEndings(database, time);
  const failed = (error: unknown): void => {
    sayUnwritten(log, error);
    alarms?.observe({ event: "trail.unwritten" });
  };
  const trail = openTrail({ ...options, failed });
  return {
    database,
    keys,
    accounts: new Accounts(database, keys),
    sessions: new Sessions(database, keys, endings, now, isClockTrusted),
    devices: new FamiliarDevices(database, keys, now),
    endings,
    personalTokens: new PersonalTokens(database, keys, endings, now),
    erasures: new ClosedAccounts(database, endings, now, isClockTrusted),
    trail,
    secondFactors: new SecondFactors(database, keys, now),
    audit: new AuditTrail({ driver: dialect.driver, ...trail, keys, time, failed, listener }),
  };
}

function sayUnwritten(log: Log, error: unknown): void {
  log.error("audit events are not written", { event: "audit.unwritten", code: errorCode(error) });
}
