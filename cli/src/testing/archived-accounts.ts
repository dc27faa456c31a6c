import { writeArchive } from "@purrimeter/cloud-api/write-archive";
import { AUTH_MIGRATIONS } from "@purrimeter/auth/schema";
import { openDatabase } from "@purrimeter/database/open-database";
import type { Entry } from "@purrimeter/protocol/entry";
import type { TagId } from "@purrimeter/protocol/values";
import { systemTime } from "@purrimeter/service/system-time";
import { createClaimCode } from "@purrimeter/store/claim-code";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { fromBufferPromise } from "yauzl";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { withOperatorStore, type OperatorStore } from "../data-folder/open-registry.ts";
import { isFailure } from "../terminal/failure.ts";

/** Of every archive that is written here. */
export const EMAIL = "ada@example.org";
/** 2026-03-01. */
export const BEGIN = 1_772_323_200;
export const DAY_S = 86_400;

/** A data folder on which a start was. */
export function installation(room: string, name: string): DataFiles {
  const files = dataFiles(join(room, name));
  const secrets = [
    ["operator", "database-key"],
    ["operator", "key-ring-key"],
    ["operator", "audit-key"],
    ["auth", "database-key"],
    ["auth", "audit-key"],
  ] as const;
  for (const [holder, secret] of secrets) {
    mkdirSync(files.secrets(holder), { recursive: true, mode: 0o700 });
    writeFileSync(files.secret(holder, secret), "5a".repeat(32), { mode: 0o600 });
  }
  mkdirSync(files.run);
  writeFileSync(files.format, '{"format":1}');
  const key = Buffer.from("5a".repeat(32), "hex");
  openDatabase({ path: files.accounts, key, migrations: AUTH_MIGRATIONS }).close();
  return files;
}

/** Opens the store of a data folder, and closes it. */
export async function inStore<Result>(
  files: DataFiles,
  use: (opened: OperatorStore) => Promise<Result>,
): Promise<Result> {
  const done = await withOperatorStore(files, systemTime, async (opened) => ({ result: await use(opened) }));
  if (isFailure(done)) throw new Error(done.failure);
  return done.result;
}

/** An open store. */
export type OpenStore = OperatorStore["store"];

/** Registers a tag and makes it the owner's. */
export async function claim(store: OpenStore, owner: OwnerId, tag: string): Promise<void> {
  const code = createClaimCode();
  await store.registry.register(tag as TagId, code, BEGIN as never);
  await store.forOwner(owner).claim(code, `=${tag} "the cat"`);
}

/** Records entries of a tag as the bridge does. */
export async function record(
  store: OpenStore,
  tag: string,
  first: number,
  entries: readonly object[],
  epoch = 7,
): Promise<void> {
  const report = { epoch, first, oldest: first, entries: entries as readonly Entry[] } as never;
  const received = { at: (BEGIN + 100 * DAY_S) as never, suspect: [undefined, "too-fast" as const] };
  const outcome = await store.reports.recordReport(tag as TagId, report, received);
  if (outcome.kind !== "stored") throw new Error(outcome.reason);
}

/** Writes the archive of an account. */
export async function writeTo(path: string, store: OpenStore, owner: OwnerId): Promise<void> {
  const chunks: Buffer[] = [];
  const write = (chunk: Uint8Array): Promise<void> => Promise.resolve(void chunks.push(Buffer.from(chunk)));
  const parts = { account: [{ table: "account", id: owner, email: EMAIL }] };
  await writeArchive(write, { account: { parts }, data: store.forOwner(owner).archive(), at: BEGIN });
  writeFileSync(path, Buffer.concat(chunks));
}

/** The text of each file of an archive. */
export async function filesOf(path: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const zip = await fromBufferPromise(readFileSync(path), { lazyEntries: true });
  for await (const entry of zip.eachEntry())
    files.set(entry.fileName, (await buffer(await zip.openReadStreamPromise(entry))).toString());
  return files;
}
