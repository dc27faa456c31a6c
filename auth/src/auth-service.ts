import type { Log } from "@purrimeter/log/log";
import type { Kysely } from "kysely";
import type { AccessTokens } from "./access-tokens.ts";
import type { Accounts } from "./accounts.ts";
import type { AuditTrail } from "./audit/audit-trail.ts";
import type { LoginThrottle } from "./login-throttle.ts";
import type { AccountMail } from "./mail/account-mail.ts";
import type { PostOffice } from "./mail/post-office.ts";
import type { PasswordHasher } from "./password-hasher.ts";
import type { Passkeys } from "./passkeys/passkeys.ts";
import type { PersonalTokens } from "./personal-tokens/personal-tokens.ts";
import type { PurposeTokens } from "./purpose-tokens.ts";
import type { AuthTables } from "./schema.ts";
import type { SecondFactors } from "./second-factor/second-factors.ts";
import type { SessionEndings } from "./sessions/session-endings.ts";
import type { Sessions } from "./sessions/sessions.ts";

/** Everything that the endpoints work with, made once in main.ts (or in a test). */
export interface AuthService {
  readonly database: Kysely<AuthTables>;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly endings: SessionEndings;
  readonly hasher: PasswordHasher;
  readonly tokens: AccessTokens;
  readonly throttle: LoginThrottle;
  readonly secondFactors: SecondFactors;
  readonly purposeTokens: PurposeTokens;
  readonly passkeys: Passkeys;
  readonly personalTokens: PersonalTokens;
  readonly mail: AccountMail;
  readonly postOffice: PostOffice;
  readonly audit: AuditTrail;
  readonly log: Log;
  /** Seconds of UTC. */
  readonly now: () => number;
}
