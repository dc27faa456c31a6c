import { TRAIL_TABLE } from "@purrimeter/audit/trail-schema";
import { CLOCK_TABLE } from "@purrimeter/database/clock-table";
import type { TableEntry } from "@purrimeter/database/table-entry";

const OF_ACCOUNT = { with: { account: "account = @account" } } as const;
const SECRET = { never: "a secret, or a proof of one" } as const;

/**
 * Every table of the account database. The account's row is deleted and the foreign keys delete what is its: the conditions
 * say what must be gone then.
 */
export const ACCOUNT_TABLES: readonly TableEntry<"account">[] = [
  {
    table: "data_key",
    key: ["name"],
    whose: "installation",
    kept: { until: "erased" },
    exported: SECRET,
    erased: { never: "the service's own keys, wrapped" },
  },
  {
    table: "account",
    key: ["id"],
    whose: "account",
    kept: { until: "erased" },
    exported: { as: "account" },
    erased: { with: { account: "id = @account" } },
  },
  {
    table: "session",
    key: ["id"],
    whose: "account",
    kept: { until: "expired", when: "it can no longer be refreshed, or 32 newer sessions were begun" },
    exported: { as: "sessions" },
    erased: OF_ACCOUNT,
  },
  {
    table: "familiar_device",
    key: ["account", "hash"],
    whose: "account",
    kept: { until: "replaced", by: "32 others" },
    exported: SECRET,
    erased: OF_ACCOUNT,
  },
  {
    table: "totp",
    key: ["account"],
    whose: "account",
    kept: { until: "erased" },
    exported: SECRET,
    erased: OF_ACCOUNT,
  },
  {
    table: "recovery_code",
    key: ["account", "hash"],
    whose: "account",
    kept: { until: "erased" },
    exported: SECRET,
    erased: OF_ACCOUNT,
  },
  {
    table: "passkey",
    key: ["id"],
    whose: "account",
    kept: { until: "erased" },
    exported: { as: "passkeys" },
    erased: OF_ACCOUNT,
  },
  {
    table: "personal_token",
    key: ["id"],
    whose: "account",
    kept: { until: "expired", when: "its own end has come" },
    exported: { as: "personal-tokens" },
    erased: OF_ACCOUNT,
  },
  {
    table: "mail_change",
    key: ["account"],
    whose: "account",
    kept: { until: "expired", when: "a day after it was asked for" },
    exported: { as: "account" },
    erased: OF_ACCOUNT,
  },
  {
    table: "ended_session",
    key: ["number"],
    whose: "nobody",
    kept: {
      until: "expired",
      when: "the last access token of the session has",
    },
    exported: { never: "random ids that name nothing any more" },
    erased: { never: "tells other processes that the session has ended; names no account" },
  },
  {
    table: "erasure",
    key: ["account"],
    whose: "nobody",
    kept: { until: "expired", when: "the account's last access token has, once everything of it was erased" },
    exported: { never: "random ids of accounts that are no more" },
    erased: { never: "made by the erasure, so that it is finished after a crash" },
  },
  {
    table: "audit_event",
    key: ["number"],
    whose: "installation",
    kept: { until: "replaced", by: "the trail, which takes it over at the first start" },
    exported: { never: "the auditor's" },
    erased: { never: "evidence against misuse must outlive the account; names it by its random id" },
  },
  TRAIL_TABLE,
  {
    table: "trail_name",
    key: ["account"],
    whose: "nobody",
    kept: { until: "erased" },
    exported: { never: "a random pseudonym" },
    erased: { never: "deleted with the last row of the account's erasure in the trail" },
  },
  {
    table: "installation",
    key: ["one"],
    whose: "nobody",
    kept: { until: "erased" },
    exported: { never: "a random id" },
    erased: { never: "says which installation's database this is" },
  },
  CLOCK_TABLE,
];
