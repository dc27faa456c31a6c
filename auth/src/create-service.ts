import type { Alarms } from "@purrimeter/service/alarm-engine";
import type { Log } from "@purrimeter/service/log";
import type { Time } from "@purrimeter/service/time";
import type { Database } from "@purrimeter/database/open-database";
import type { KeyObject } from "node:crypto";
import { AccessTokens } from "./login/access-tokens.ts";
import type { AuthService } from "./auth-service.ts";
import { LoginThrottle } from "./login/login-throttle.ts";
import { AccountMail } from "./mail/account-mail.ts";
import { MailChanges } from "./mail/mail-changes.ts";
import type { Mailer } from "./mail/mailer.ts";
import { MailQueue } from "./mail/mail-queue.ts";
import { PasswordHasher } from "./password/password-hasher.ts";
import { observeAuditEvent } from "./alarms/observe-audit-event.ts";
import type { AuditEvent } from "./audit/audit-event.ts";
import type { Argon2Cost } from "./password/password-hasher.ts";
import { openAccounts } from "./accounts/open-accounts.ts";
import { Passkeys } from "./passkeys/passkeys.ts";
import type { RelyingParty } from "./passkeys/passkeys.ts";
import { PurposeTokens } from "./login/purpose-tokens.ts";

/** What main.ts (or a test) chooses. */
export interface CreateServiceOptions {
  /** Migrated with AUTH_MIGRATIONS. */
  readonly database: Database;
  /** 32 bytes; wraps the service's own keys. */
  readonly databaseKey: Uint8Array;
  /** 32 bytes; signs the audit trail. */
  readonly auditKey: Uint8Array;
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
  readonly time: Time;
  /** Told of what rules of security count. */
  readonly alarms: Alarms;
  /** Whether what has expired may be deleted; always unless given. */
  readonly isClockTrusted?: () => boolean;
}

/** Two hashes at 46 MiB each keep both cores busy; 30 more wait at most 1.5 s, others are turned away. */
const HASHES_AT_ONCE = 2;
const MAX_WAITING_HASHES = 30;

/** Puts the service together; throws when the database key or the signing key cannot be used. */
export async function createService(options: CreateServiceOptions): Promise<AuthService> {
  const { alarms, cost, linkBase, log, relyingParty, time } = options;
  const now = (): number => time.utcS();
  const monotonicMs = (): number => time.monotonicMs();
  const listener = (event: AuditEvent): void => {
    mail.notice(event);
    observeAuditEvent(alarms, event, (network) => opened.audit.hashOfNetwork(network));
  };
  const opened = await openAccounts({ ...options, listener });
  const { accounts, database, keys } = opened;
  const purposeTokens = new PurposeTokens(keys, now);
  const mailQueue = new MailQueue({ mailer: options.mailer, log, time });
  const mail = new AccountMail({ accounts, purposeTokens, mailQueue, linkBase, now, monotonicMs });
  const limits = { concurrency: HASHES_AT_ONCE, maxWaiting: MAX_WAITING_HASHES };
  return {
    ...opened,
    ...{ alarms, mail, mailQueue, purposeTokens, log, now },
    hasher: new PasswordHasher({ cost, pepper: keys.key("password-pepper"), ...limits }),
    tokens: await AccessTokens.open({ ...options, now }),
    throttle: new LoginThrottle(monotonicMs),
    mailChanges: new MailChanges({ accounts, database, keys, now }),
    passkeys: new Passkeys({ database, keys, relyingParty, now }),
  };
}
