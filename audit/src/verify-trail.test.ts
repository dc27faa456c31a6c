import fc from "fast-check";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AuditKeys } from "./audit-keys.ts";
import { CheckpointSigner } from "./checkpoint-signer.ts";
import { readCheckpointFile, type ReadCheckpoints } from "./checkpoint-file.ts";
import { KEPT_S, PRUNED, Trail } from "./trail.ts";
import { leafOfEntry, type TrailEntry } from "./trail-row.ts";
import { eventOf, openTestTrail, type TestTrail } from "./testing/test-trail.ts";
import { GrowingTree } from "./merkle-tree.ts";
import { verifyTrail, type VerifiedTrail } from "./verify-trail.ts";

const ROWS = 40;
const DAY_S = 86_400;
const NONE: ReadCheckpoints = { checkpoints: [], unsigned: 0 };
let test1: TestTrail;
/** Of sizes 10, 20, 30 and 40. */
let own: ReadCheckpoints;

beforeAll(() => {
  test1 = openTestTrail();
  const { trail, keys, path } = test1;
  const time = new ManualTime();
  const failed = (error: unknown): void => expect.unreachable(String(error));
  const signer = new CheckpointSigner({ trail, keys, path, time, failed });
  for (let i = 1; i <= ROWS; i++) {
    test1.append(1_000 + i, { event: `e${i % 7}`, actor: `a${i % 5}`, subject: `s${i}`, count: i });
    if (i % 10 === 0) signer.sign();
  }
  own = readCheckpointFile(path, keys.verifying);
});
afterAll(() => {
  test1.close();
});

function verified(
  given: Partial<{ own: ReadCheckpoints; kept: ReadCheckpoints; keys: AuditKeys }> = {},
): VerifiedTrail {
  const { trail, keys } = test1;
  return verifyTrail({ trail, keys, own, ...given });
}

/** Verifies the trail with a change that is taken back afterwards. */
function withChange(change: (sql: (text: string) => void) => void, verify = verified): VerifiedTrail {
  const { database } = test1;
  database.exec("SAVEPOINT tampering");
  try {
    change((text) => void database.exec(text));
    return verify();
  } finally {
    database.exec("ROLLBACK TO tampering; RELEASE tampering");
  }
}

const COLUMNS = "at, event, actor, account, subject, network, count, leaf, nodes, mac";
const number = fc.integer({ min: 1, max: ROWS });
const CONTENT: Readonly<Record<string, string>> = {
  ...{
    at: "at + 1",
    event: "'other'",
    actor: "'other'",
    account: "'other'",
    subject: "'other'",
    network: "'other'",
  },
  ...{ count: "count + 1", leaf: "randomblob(32)", nodes: "randomblob(32)", mac: "randomblob(16)" },
};

/** Writes the tree anew from a row on, as somebody who knows the format would; with the key or without. */
function recompute(database: TestTrail["database"], trail: Trail, keys: AuditKeys, from: number): void {
  const tree = new GrowingTree();
  const update = database.prepare("UPDATE trail SET leaf = ?, nodes = ?, mac = ? WHERE number = ?");
  for (const { number: at, entry, leaf } of [...trail.rows()]) {
    const found = at < from ? leaf : leafOfEntry(entry as TrailEntry);
    const nodes = Buffer.concat(tree.push(found));
    if (at >= from) update.run(found, nodes, keys.macOf("accounts", at, found), at);
  }
}

describe("of a trail that was tampered with", () => {
  test("an intact one is found intact", () => {
    expect(own.checkpoints.map(({ size }) => size)).toEqual([10, 20, 30, 40]);
    expect(verified()).toMatchObject({ intact: true, rows: ROWS, signed: ROWS });
    expect(verified({ own: NONE })).toMatchObject({ intact: true, rows: ROWS, signed: 0 });
    expect(withChange(() => undefined)).toMatchObject({ intact: true });
  });

  test("an altered row is named, whatever of it was altered", () => {
    fc.assert(
      fc.property(number, fc.constantFrom(...Object.keys(CONTENT)), (at, column) => {
        const found = withChange((sql) =>
          sql(`UPDATE trail SET ${column} = ${CONTENT[column]} WHERE number = ${at}`),
        );
        expect(found).toMatchObject({ intact: false, brokenAt: at });
      }),
    );
  });

  test("a removed row is noticed, and also when the later ones are numbered anew", () => {
    fc.assert(
      fc.property(number, fc.boolean(), (at, renumber) => {
        const found = withChange((sql) => {
          sql(`DELETE FROM trail WHERE number = ${at}`);
          if (renumber)
            for (let i = at; i < ROWS; i++) sql(`UPDATE trail SET number = ${i} WHERE number = ${i + 1}`);
        });
        expect(found.intact).toBe(false);
      }),
    );
  });

  test("two swapped rows are noticed, with their hashes or without", () => {
    fc.assert(
      fc.property(
        number,
        number,
        fc.constantFrom(COLUMNS, "leaf, nodes, mac", "at, event, actor, subject, count"),
        (a, b, columns) => {
          fc.pre(a !== b);
          const found = withChange((sql) => {
            sql(`CREATE TEMP TABLE held AS SELECT * FROM trail WHERE number IN (${a}, ${b})`);
            for (const [to, from] of [
              [a, b],
              [b, a],
            ])
              sql(
                `UPDATE trail SET (${columns}) = (SELECT ${columns} FROM held WHERE number = ${from}) WHERE number = ${to}`,
              );
          });
          expect(found).toMatchObject({ intact: false, brokenAt: Math.min(a, b) });
        },
      ),
    );
  });

  test("a row that was appended without the key is noticed, with a right tree or without", () => {
    const other = new AuditKeys(Buffer.alloc(32, 1));
    for (const isLate of [false, true]) {
      const found = withChange(() => {
        const forging = new Trail({ database: test1.database, tree: "accounts", keys: other });
        forging.append(5_000, [eventOf({ event: "roles.changed" })]);
        if (isLate) test1.trail.append(5_001, [eventOf({ event: "login.accepted" })]);
      });
      expect(found).toEqual({ intact: false, brokenAt: ROWS + 1, fault: "forged" });
    }
  });

  test("a row that was put between others is noticed, with a right tree after it or without", () => {
    const { database, trail } = test1;
    fc.assert(
      fc.property(number, fc.boolean(), (at, isRecomputed) => {
        const found = withChange((sql) => {
          for (let i = ROWS; i >= at; i--) sql(`UPDATE trail SET number = ${i + 1} WHERE number = ${i}`);
          sql(`INSERT INTO trail (number, ${COLUMNS})
            SELECT ${at}, ${COLUMNS.replace("event", "'made up'")} FROM trail WHERE number = ${at + 1}`);
          if (isRecomputed) recompute(database, trail, new AuditKeys(Buffer.alloc(32, 1)), at);
        });
        expect(found).toMatchObject({ intact: false, brokenAt: at });
      }),
    );
  });

  test("rows whose contents were deleted before their time are noticed, also with a false word that they were", () => {
    const other = new AuditKeys(Buffer.alloc(32, 1));
    fc.assert(
      fc.property(number, fc.boolean(), (through, saysSo) => {
        const found = withChange((sql) => {
          const emptied = COLUMNS.split(", ")
            .slice(0, 7)
            .map((column) => `${column} = NULL`);
          sql(`UPDATE trail SET ${emptied.join(", ")} WHERE number <= ${through}`);
          const forging = new Trail({ database: test1.database, tree: "accounts", keys: other });
          if (saysSo) forging.append(5_000, [eventOf({ event: PRUNED, count: through })]);
        });
        expect(found).toMatchObject({ intact: false, fault: saysSo ? "forged" : "content-missing" });
      }),
    );
  });

  test("a cut head or tail is noticed, also when the numbers are forgotten and rows follow", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: ROWS - 1 }),
        fc.constantFrom("head", "tail", "forgotten", "followed"),
        (at, kind) => {
          const found = withChange((sql) => {
            sql(`DELETE FROM trail WHERE number ${kind === "head" ? "<=" : ">"} ${at}`);
            if (kind === "forgotten" || kind === "followed")
              sql(`UPDATE sqlite_sequence SET seq = ${at} WHERE name = 'trail'`);
            if (kind === "followed")
              test1.trail.append(
                5_000,
                Array.from({ length: ROWS - at + 3 }, () => eventOf({ event: "made up" })),
              );
          });
          expect(found.intact).toBe(false);
        },
      ),
    );
  });

  test("a chain that was recomputed is noticed: without the key by its rows, with the key by what was signed", () => {
    const { database, trail, keys } = test1;
    fc.assert(
      fc.property(number, fc.boolean(), (at, hasKey) => {
        const used = hasKey ? keys : new AuditKeys(Buffer.alloc(32, 1));
        const found = withChange((sql) => {
          sql(`UPDATE trail SET actor = 'somebody else' WHERE number = ${at}`);
          recompute(database, trail, used, at);
        });
        const signedAt = Math.ceil(at / 10) * 10;
        expect(found).toEqual(
          hasKey
            ? { intact: false, brokenAt: signedAt, fault: "not-as-signed" }
            : { intact: false, brokenAt: at, fault: "forged" },
        );
      }),
    );
  });

  test("a database that was rolled back with its checkpoints is noticed by a checkpoint that was kept", () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: ROWS - 1 }), (size) => {
        const older = { checkpoints: own.checkpoints.filter((one) => one.size <= size), unsigned: 0 };
        const rollBack = (sql: (text: string) => void): void => {
          sql(`DELETE FROM trail WHERE number > ${size}`);
          sql(`UPDATE sqlite_sequence SET seq = ${size} WHERE name = 'trail'`);
        };
        expect(withChange(rollBack, () => verified({ own: older }))).toMatchObject({
          intact: true,
          rows: size,
        });
        const kept = { checkpoints: own.checkpoints.slice(-1), unsigned: 0 };
        expect(withChange(rollBack, () => verified({ own: older, kept }))).toEqual({
          ...{ intact: false, brokenAt: size + 1, fault: "rolled-back" },
        });
      }),
    );
  });

  test("a checkpoint that was changed, or is another installation's, is noticed", () => {
    const { path, keys, folder } = test1;
    const note = own.checkpoints.at(-1)?.note ?? "";
    for (const forged of [note.replace("\n40\n", "\n39\n"), note.replace("purrimeter/", "purrimetre/")]) {
      writeFileSync(`${folder}/kept`, forged);
      const kept = readCheckpointFile(`${folder}/kept`, keys.verifying);
      expect(verified({ kept })).toMatchObject({ intact: false, fault: "unsigned-checkpoint" });
    }
    const others = readCheckpointFile(path, new AuditKeys(Buffer.alloc(32, 1)).verifying);
    expect(others).toEqual({ checkpoints: [], unsigned: 4 });
  });
});

test("contents go after 400 days and hashes stay; contents that nobody deleted are missed", () => {
  const aged = openTestTrail();
  const { trail, keys, database } = aged;
  for (let day = 0; day < 500; day += 10)
    aged.append(day * DAY_S, { event: "login.accepted", subject: `${day}` });
  const before = trail.treeOf(50).root();
  const now = 500 * DAY_S;
  const pruned = database.transaction(() => trail.prune(now, now - KEPT_S)).immediate();
  expect(pruned).toBe(10);
  expect(trail.treeOf(50).root()).toEqual(before);
  const rows = trail.read({ after: 0, limit: 100 });
  expect(rows.filter(({ entry }) => entry === undefined)).toHaveLength(10);
  expect(rows.at(-1)?.entry).toMatchObject({ event: PRUNED, count: 10 });
  expect(verifyTrail({ trail, keys, own: NONE })).toMatchObject({ intact: true, rows: 51 });
  expect(JSON.stringify(database.prepare("SELECT * FROM trail WHERE number <= 10").all())).not.toContain(
    "login",
  );
  database.exec("UPDATE trail SET event = NULL WHERE number = 11");
  expect(verifyTrail({ trail, keys, own: NONE })).toEqual({
    intact: false,
    brokenAt: 11,
    fault: "content-missing",
  });
  aged.close();
});
