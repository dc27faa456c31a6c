import type { Alarms } from "@purrimeter/service/alarm-engine";
import type { Log } from "@purrimeter/service/log";
import type { AccessTokens } from "./login/access-tokens.ts";
import type { LoginThrottle } from "./login/login-throttle.ts";
import type { AccountMail } from "./mail/account-mail.ts";
import type { MailChanges } from "./mail/mail-changes.ts";
import type { MailQueue } from "./mail/mail-queue.ts";
import type { PasswordHasher } from "./password/password-hasher.ts";
import type { OpenAccounts } from "./accounts/open-accounts.ts";
import type { Passkeys } from "./passkeys/passkeys.ts";
import type { PurposeTokens } from "./login/purpose-tokens.ts";

/** Everything that the endpoints work with, made once in main.ts (or in a test). */
export interface AuthService extends OpenAccounts {
  readonly hasher: PasswordHasher;
  readonly tokens: AccessTokens;
  readonly throttle: LoginThrottle;
  readonly passkeys: Passkeys;
  readonly mail: AccountMail;
  readonly mailChanges: MailChanges;
  readonly mailQueue: MailQueue;
  readonly purposeTokens: PurposeTokens;
  readonly log: Log;
  /** Told of what rules of security count. */
  readonly alarms: Alarms;
  /** Seconds of UTC. */
  readonly now: () => number;
}
