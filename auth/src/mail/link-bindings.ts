import type { Account } from "../accounts/accounts.ts";

/** What the token of a link depends on: when any of it changes, the link is void. */
type Bound = Pick<Account, "linksUsed" | "passwordHash" | "throttleKey">;

/** Of the link that verifies an address: that it is still the account's. */
export function verifyBinding({ throttleKey }: Bound): Uint8Array {
  return Buffer.from(throttleKey);
}

/** Of the link that resets a password: that password, and the address that the link went to. */
export function resetBinding({ passwordHash, throttleKey }: Bound): Uint8Array {
  return Buffer.concat([passwordHash.tag, Buffer.from(throttleKey)]);
}

/** Of the link that logs in: as of a reset, and that no such link was used since. */
export function linkBinding(account: Bound): Uint8Array {
  return Buffer.concat([resetBinding(account), Buffer.from(` ${account.linksUsed}`)]);
}

/** Of the link that makes another address the account's: both addresses, and the password that was asked for. */
export function changeBinding(account: Bound, newThrottleKey: string): Uint8Array {
  return Buffer.concat([resetBinding(account), Buffer.from(newThrottleKey)]);
}
