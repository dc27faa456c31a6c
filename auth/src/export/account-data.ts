import { ACCOUNT_TABLES } from "../accounts/account-tables.ts";
import type { AuthService } from "../auth-service.ts";

type Parts = Pick<
  AuthService,
  "accounts" | "audit" | "database" | "mailChanges" | "passkeys" | "personalTokens" | "sessions"
>;

/** A row for its owner. Times are seconds of UTC. */
export type DataRow = Readonly<Record<string, unknown>>;

/** Rows of the trail in an archive: the newest. They and the rest of an answer are below its largest size. */
const MAX_TRAIL_ROWS = 4_000;
const TRAIL_PAGE = 1_000;

/** How the rows of each table that the registry exports are read. */
export const ACCOUNT_READERS: Readonly<
  Record<string, (service: Parts, account: string) => Promise<DataRow[]>>
> = {
  account: async ({ accounts, database }, id) => {
    const row = database
      .selectFrom("account")
      .select(["id", "roles", "created_at", "mail_verified_at", "language", "time_zone"])
      .where("id", "=", id);
    const email = await accounts.mailOf(id);
    const found = await row.executeTakeFirst();
    return found === undefined || email === undefined ? [] : [{ table: "account", ...found, email }];
  },
  session: async ({ sessions }, id) => of("session", await sessions.list(id)),
  passkey: async ({ passkeys }, id) => of("passkey", await passkeys.list(id)),
  personal_token: async ({ personalTokens }, id) =>
    (await personalTokens.list(id)).map(({ name, scopes, createdAt, expiresAt, usedAt, ...token }) => ({
      ...{ table: "personal_token", id: token.id, name, scopes, createdAt, expiresAt, usedAt },
    })),
  mail_change: async ({ mailChanges }, id) => {
    const email = await mailChanges.wanted(id);
    return email === undefined ? [] : [{ table: "mail_change", email }];
  },
  trail: async ({ audit }, id) => {
    const name = audit.nameOf(id);
    if (name === undefined) return [];
    let rows: DataRow[] = [];
    for (let after = 0; ;) {
      const page = await audit.read({ after, limit: TRAIL_PAGE, account: name });
      const shown = page.map(({ number, at, event, actor, subject, count }) => ({
        ...{ table: "trail", number, at, event, isMine: actor === name, subject, count },
      }));
      rows = [...rows, ...shown].slice(-MAX_TRAIL_ROWS);
      const last = page.at(-1)?.number;
      if (page.length < TRAIL_PAGE || last === undefined) return rows;
      after = last;
    }
  },
};

/** All rows of an account that the registry of tables exports, by the registry's names. */
export async function readAccountData(service: Parts, account: string): Promise<Record<string, DataRow[]>> {
  const parts: Record<string, DataRow[]> = {};
  for (const { table, exported } of ACCOUNT_TABLES) {
    if (!("as" in exported)) continue;
    const read = ACCOUNT_READERS[table];
    if (read === undefined) throw new Error(`the table ${table} is exported, and nothing reads it`);
    parts[exported.as] = [...(parts[exported.as] ?? []), ...(await read(service, account))];
  }
  return parts;
}

function of(table: string, rows: readonly object[]): DataRow[] {
  return rows.map((row) => ({ table, ...row }));
}
