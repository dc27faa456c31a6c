import { errorCode } from "@purrimeter/log/log";
import type { Log } from "@purrimeter/log/log";
import type { Database } from "@purrimeter/store/open-database";
import { Kysely, SqliteDialect } from "kysely";
import type { KeyObject } from "node:crypto";
import { AccessTokens } from "./access-tokens.ts";
import { Accounts } from "./accounts.ts";
import { AuditTrail } from "./audit/audit-trail.ts";
import type { AuditEvent } from "./audit/audit-trail.ts";
import type { AuthService } from "./auth-service.ts";
import { DataKeys } from "./data-keys.ts";
import { LoginThrottle } from "./login-throttle.ts";
import { AccountMail } from "./mail/account-mail.ts";
import type { Mailer } from "./mail/mailer.ts";
import { PostOffice } from "./mail/post-office.ts";
import { PasswordHasher } from "./password-hasher.ts";
import type { Argon2Cost } from "./password-hasher.ts";
import { Passkeys } from "./passkeys/passkeys.ts";
import type { RelyingParty } from "./passkeys/passkeys.ts";
import { PersonalTokens } from "./personal-tokens/personal-tokens.ts";
import { PurposeTokens } from "./purpose-tokens.ts";
import type { AuthTables } from "./schema.ts";
import { SecondFactors } from "./second-factor/second-factors.ts";
import { SessionEndings } from "./sessions/session-endings.ts";
import { Sessions } from "./sessions/sessions.ts";

/** What main.ts (or a test) chooses. */
export interface CreateServiceOptions {
  /** Migrated with AUTH_MIGRATIONS. */
  readonly database: Database;
  /** 32 bytes; wraps the service's own keys. */
  readonly databaseKey: Uint8Array;
  readonly signingKey: KeyObject;
  readonly otherKeys: readonly KeyObject[];
  readonly issuer: string;
  readonly audience: string;
  readonly cost: Argon2Cost;
  readonly relyingParty: RelyingParty;
  readonly mailer: Mailer;
  /** Page that links in mails lead to. */
  readonly linkBase: string;
  readonly log: Log;
  /** Seconds of UTC. */
  readonly now: () => number;
  readonly monotonicMs: () => number;
}

/** Two hashes at 46 MiB each keep both cores busy; 30 more wait at most 1.5 s, others are turned away. */
const HASHES_AT_ONCE = 2;
const MAX_WAITING_HASHES = 30;

/** Puts the service together; throws when the database key or the signing key cannot be used. */
export async function createService(options: CreateServiceOptions): Promise<AuthService> {
  const { now, log, cost } = options;
  const database = new Kysely<AuthTables>({ dialect: new SqliteDialect({ database: options.database }) });
  const keys = await DataKeys.open(database, options.databaseKey);
  const endings = new SessionEndings(database, now);
  const limits = { concurrency: HASHES_AT_ONCE, maxWaiting: MAX_WAITING_HASHES };
  const accounts = new Accounts(database, keys);
  const purposeTokens = new PurposeTokens(keys, now);
  const postOffice = new PostOffice(options.mailer, log);
  const { linkBase, monotonicMs } = options;
  const mail = new AccountMail({ accounts, purposeTokens, postOffice, linkBase, monotonicMs });
  const failed = (error: unknown): void => sayUnwritten(log, error);
  const listener = (event: AuditEvent): void => mail.notice(event);
  return {
    database,
    accounts,
    mail,
    postOffice,
    sessions: new Sessions(database, keys, endings, now),
    endings,
    hasher: new PasswordHasher({ cost, pepper: keys.key("password-pepper"), ...limits }),
    tokens: await AccessTokens.open(options),
    throttle: new LoginThrottle(options.monotonicMs),
    passkeys: new Passkeys({ database, keys, relyingParty: options.relyingParty, now }),
    personalTokens: new PersonalTokens(database, keys, endings, now),
    secondFactors: new SecondFactors(database, keys, now),
    purposeTokens,
    audit: new AuditTrail({ database, keys, now, failed, listener }),
    log,
    now,
  };
}

function sayUnwritten(log: Log, error: unknown): void {
  log.error("audit events are not written", { event: "audit.unwritten", code: errorCode(error) });
}
