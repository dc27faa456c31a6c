import { tokenForAddress } from "@purrimeter/auth/verification-link";
import { asMailAddress } from "@purrimeter/auth-api/mail-address";
import type { Time } from "@purrimeter/service/time";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { failed, type Failure } from "../terminal/failure.ts";
import type { DataFiles } from "./data-files.ts";
import { withAccounts } from "./open-accounts.ts";

/** What verifies a mail address: the link, and the token in it for POST /v1/auth/mail/verify. */
export interface VerificationLink {
  readonly email: string;
  readonly link: string;
  readonly token: string;
}

const configSchema = z.object({ mail: z.object({ linkBase: z.string() }) });

/** The link that a mail to the account's address would bring. Services may be running. */
export function verificationLink(
  files: DataFiles,
  address: string,
  time: Time,
): Promise<VerificationLink | Failure> {
  return withAccounts(files, time, async ({ accounts, keys }) => {
    const email = asMailAddress(address);
    if (email === undefined) return failed(`${address} is no mail address`);
    const found = await tokenForAddress({ accounts, keys, now: () => time.utcS() }, email);
    if (found === "no-account") return failed(`${email} has no account`);
    if (found === "verified") return failed(`${email} is verified already`);
    return { email, link: `${linkBaseOf(files)}#verify=${found.token}`, token: found.token };
  });
}

/** What begins the links in mails, as the authentication service was configured last. */
function linkBaseOf(files: DataFiles): string {
  return configSchema.parse(JSON.parse(readFileSync(files.config("auth"), "utf8"))).mail.linkBase;
}
