import { AuditKeys } from "@purrimeter/audit/audit-keys";
import { Trail } from "@purrimeter/audit/trail";
import { TrailNames } from "@purrimeter/audit/trail-names";
import { verifyTrail } from "@purrimeter/audit/verify-trail";
import { openDatabase, type Database } from "@purrimeter/database/open-database";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AUTH_MIGRATIONS } from "../schema.ts";
import { hashOfChainRow, takeOverChain } from "./take-over-chain.ts";

const ROWS = 1_050;
const own = { checkpoints: [], unsigned: 0 };
const keys = new AuditKeys(randomBytes(32));
let folder: string;
let database: Database;
let trail: Trail;
let names: TrailNames;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-chain-"));
  const path = join(folder, "accounts.db");
  database = openDatabase({ path, key: Buffer.alloc(32, 1), migrations: AUTH_MIGRATIONS });
  trail = new Trail({ database, tree: "accounts", keys });
  names = new TrailNames(database);
  writeChain();
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

/** As an earlier version wrote it. */
function writeChain(): void {
  const insert = database.prepare(
    "INSERT INTO audit_event (at, event, account, session, network, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  let previous = "";
  for (let i = 0; i < ROWS; i++) {
    const row = {
      number: i,
      at: i,
      event: "login.accepted",
      account: `id${i % 3}`,
      session: `s${i}`,
      network: "n",
      previous,
    };
    previous = hashOfChainRow(row);
    insert.run(row.at, row.event, row.account, row.session, row.network, row.previous, previous);
  }
}

test("the rows of an earlier version are the tree's first leaves, once, under pseudonyms", () => {
  takeOverChain(database, trail, names);
  takeOverChain(database, trail, names);
  expect(verifyTrail({ trail, keys, own })).toMatchObject({ intact: true, rows: ROWS + 1 });
  const rows = trail.read({ after: 0, limit: 2_000 });
  expect(rows[4]?.entry).toEqual({
    ...{ number: 5, at: 4, event: "login.accepted", actor: "", account: names.find("id1"), subject: "s4" },
    ...{ network: "n", count: 0 },
  });
  expect(rows.at(-1)?.entry).toMatchObject({ event: "trail.earlier-chain", count: ROWS });
  expect(database.prepare("SELECT count(*) FROM audit_event").pluck().get()).toBe(0);
});

test("an empty chain leaves no row", () => {
  database.exec("DELETE FROM audit_event");
  takeOverChain(database, trail, names);
  expect(trail.size()).toBe(0);
});

test.each([
  ["changed", "UPDATE audit_event SET account = 'x' WHERE number = 1020"],
  ["taken out", "DELETE FROM audit_event WHERE number = 500"],
  ["cut at its end", "DELETE FROM audit_event WHERE number > 1040"],
])("a chain that was %s is taken over, and the trail is broken from then on", (_, change) => {
  database.exec(change);
  takeOverChain(database, trail, names);
  expect(verifyTrail({ trail, keys, own })).toMatchObject({ intact: false, fault: "earlier-chain-broken" });
});
