import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { OpenExport } from "../reading/account-exports-view.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import { ADA, later, NOON, TAG } from "../testing/contract-values.ts";
import { openSqliteHarness, type SqliteHarness } from "../testing/sqlite-harness.ts";
import { claimed } from "../testing/store-harness.ts";
import { BLOCK_BYTES } from "./sealed-file.ts";

const SECRET = "51.5000000, -0.1000000, Schnurrli ";

let harness: SqliteHarness;
let ada: OwnerView;
beforeEach(async () => {
  harness = openSqliteHarness();
  ada = await claimed(harness, ADA, TAG);
});
afterEach(() => harness.close());

const folder = (): string => join(harness.folder, "exports");

async function begin(): Promise<OpenExport> {
  const begun = await ada.beginExport();
  if (typeof begun === "string" || !("id" in begun)) throw new Error("not begun");
  return begun;
}

/** An archive of that many bytes. */
async function written(bytes: number): Promise<{ id: string; content: Buffer }> {
  const content = Buffer.alloc(bytes, SECRET);
  const archive = await begin();
  for (let at = 0; at < bytes; at += 10_007) await archive.write(content.subarray(at, at + 10_007));
  await archive.finish();
  return { id: archive.id, content };
}

async function readAll(id: string, bytes: number): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for (let block = 0; block * BLOCK_BYTES < bytes; block++) {
    const read = await ada.readExport(id, block);
    if (read === "not-found") throw new Error("not found");
    blocks.push(read);
  }
  return Buffer.concat(blocks);
}

test.each([1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES + 17])(
  "%i bytes come back as they were, and are nowhere on disk in plain",
  async (bytes) => {
    const { id, content } = await written(bytes);
    expect(await ada.exportState(id)).toEqual({ id, state: "ready", createdAt: NOON, bytes });
    expect((await readAll(id, bytes)).equals(content)).toBe(true);
    const path = join(folder(), id);
    expect(readFileSync(path).includes("Schnurrli")).toBe(false);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
  },
);

test("a block that was changed, moved or cut off does not open", async () => {
  const { id } = await written(2 * BLOCK_BYTES);
  const path = join(folder(), id);
  const sealed = readFileSync(path);
  const half = sealed.length / 2;
  writeFileSync(path, Buffer.concat([sealed.subarray(half), sealed.subarray(0, half)]));
  await expect(ada.readExport(id, 0)).rejects.toThrow("does not open");
  writeFileSync(path, sealed.subarray(0, sealed.length - 1));
  await expect(ada.readExport(id, 1)).rejects.toThrow("does not open");
  sealed[20] = (sealed[20] ?? 0) ^ 1;
  writeFileSync(path, sealed);
  await expect(ada.readExport(id, 0)).rejects.toThrow("does not open");
});

test("one at a time, three in a day; a day later it is gone and there may be another", async () => {
  const first = await begin();
  expect(await ada.beginExport()).toEqual({ runningId: first.id });
  await first.finish();
  await written(10);
  await written(10);
  expect(await ada.beginExport()).toBe("too-many");
  harness.clock.now = later(NOON, 86_400);
  expect(await ada.exportState(first.id)).toBe("not-found");
  expect(harness.store.exports.deleteOld()).toBe(3);
  expect(readdirSync(folder())).toEqual([]);
  await (await begin()).fail();
});

test("erasing the owner takes the files, and what is being written comes to nothing", async () => {
  const { id } = await written(10);
  const running = await begin();
  await running.write(Buffer.from(SECRET));
  await ada.eraseOwner();
  expect(readdirSync(folder())).toEqual([]);
  expect(await ada.exportState(id)).toBe("not-found");
  await expect(running.write(Buffer.from(SECRET))).rejects.toThrow("erased");
  await expect(running.finish()).rejects.toThrow("erased");
  await running.fail();
  expect(readdirSync(folder())).toEqual([]);
});

test("a file and a database from before an erasure yield nothing after it", async () => {
  const { id } = await written(10);
  const rows = ["account_export", "sealing_key"].map((table) => ({
    table,
    rows: harness.database.prepare(`SELECT * FROM ${table}`).all() as Record<string, unknown>[],
  }));
  const sealed = readFileSync(join(folder(), id));
  await ada.eraseOwner();
  for (const { table, rows: old } of rows)
    for (const row of old)
      harness.database
        .prepare(
          `INSERT INTO ${table} (${Object.keys(row).join(", ")}) VALUES (${Object.keys(row)
            .map(() => "?")
            .join(", ")})`,
        )
        .run(...Object.values(row));
  writeFileSync(join(folder(), id), sealed);
  await expect(ada.readExport(id, 0)).rejects.toThrow();
});

test("what a process that died left is failed, and files without a row are deleted", async () => {
  const { id } = await written(10);
  const running = await begin();
  await running.write(Buffer.from(SECRET));
  writeFileSync(join(folder(), "stray"), "x");
  harness.store.exports.recover();
  expect(await ada.exportState(running.id)).toMatchObject({ state: "failed" });
  expect(await ada.exportState(id)).toMatchObject({ state: "ready" });
  expect(existsSync(join(folder(), running.id))).toBe(false);
  expect(readdirSync(folder())).toEqual([id]);
  await running.fail();
});
