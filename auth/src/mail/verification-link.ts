import type { MailAddress } from "@purrimeter/auth-api/mail-address";
import type { Account, Accounts } from "../accounts/accounts.ts";
import type { DataKeys } from "../accounts/data-keys.ts";
import { PurposeTokens } from "../login/purpose-tokens.ts";
import { verifyBinding } from "./link-bindings.ts";

/** Seconds that a link which verifies an address is good. */
const VERIFY_LIFETIME_S = 86_400;

/** What writes such a link. */
export interface VerificationLinkParts {
  readonly accounts: Pick<Accounts, "findByMail">;
  readonly keys: DataKeys;
  /** Seconds of UTC. */
  readonly now: () => number;
}

/** The token that verifies the account's address. */
export function verificationToken(purposeTokens: PurposeTokens, account: Account): string {
  return purposeTokens.write("mail", account.id, verifyBinding(account), VERIFY_LIFETIME_S);
}

/** The token that verifies the address, for who operates the service; or why there is none. */
export async function tokenForAddress(
  { accounts, keys, now }: VerificationLinkParts,
  mail: MailAddress,
): Promise<{ readonly token: string } | "no-account" | "verified"> {
  const account = await accounts.findByMail(mail);
  if (!account) return "no-account";
  if (account.isMailVerified) return "verified";
  return { token: verificationToken(new PurposeTokens(keys, now), account) };
}
