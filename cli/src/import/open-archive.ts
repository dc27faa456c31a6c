import { MANIFEST, manifestSchema, type Manifest } from "@purrimeter/cloud-api/archive-format";
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import type { Readable } from "node:stream";
import { createInterface } from "node:readline";
import { openPromise, type Entry, type ZipFile } from "yauzl";
import { z } from "zod";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";

/** An archive that was proved whole: every file has the length and the hash that the manifest says, and there are no others. */
export interface OpenArchive {
  readonly manifest: Manifest;
  /** Lines of a file as JSON; of a file that is missing there are none. */
  lines(path: string): AsyncGenerator<unknown>;
  close(): void;
}

/** Files of an archive: twenty tags with ten years of months each, and room. */
const MAX_FILES = 10_000;
const MAX_MANIFEST_BYTES = 4_194_304;
/** Text of ours deflates to a tenth or twentieth; a bomb to a thousandth. */
const MAX_RATIO = 100;
const ROOM_BYTES = 16_777_216;
/** Of a line: the largest is a geofence. */
const MAX_LINE_BYTES = 1_048_576;

/** Why an archive is refused; the message is for the command's user. */
class RefusedArchive extends Error {
  override readonly name = "RefusedArchive";
}

/** Opens an archive and proves all of it. Nothing of it is written to disk. */
export async function openArchive(path: string): Promise<OpenArchive | Failure> {
  const zip = await openZip(path);
  if (isFailure(zip)) return zip;
  try {
    const entries = await entriesOf(zip);
    checkSizes(entries, statSync(path).size);
    const manifest = await readManifest(zip, entries);
    await prove(zip, entries, manifest);
    return { manifest, lines: (name) => linesOf(zip, entries.get(name)), close: () => void zip.close() };
  } catch (error) {
    zip.close();
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    return failed(`${path}: ${reason}`);
  }
}

async function openZip(path: string): Promise<ZipFile | Failure> {
  try {
    return await openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: true });
  } catch (error) {
    if (!(error instanceof Error) || "syscall" in error) throw error;
    return failed(`${path}: it is no archive of an account (${error.message})`);
  }
}

/** What is wrong with the archive; undefined for what is wrong with us. yauzl's errors are plain ones. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof RefusedArchive) return error.message;
  if (error instanceof z.ZodError || error instanceof SyntaxError) return "its manifest is none of ours";
  const isPlain = error instanceof Error && error.constructor === Error && !("syscall" in error);
  const isZlib = error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith("Z_");
  return isPlain || isZlib ? `it is damaged (${error.message})` : undefined;
}

async function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  // yauzl refuses names that are absolute, lead upwards or have backslashes.
  for await (const entry of zip.eachEntry()) {
    if (entries.size >= MAX_FILES) throw new RefusedArchive("it has too many files");
    if (entries.has(entry.fileName)) throw new RefusedArchive("it has a file twice");
    if (entry.isEncrypted()) throw new RefusedArchive("it has an encrypted file");
    entries.set(entry.fileName, entry);
  }
  return entries;
}

/** yauzl ends a file that is longer than it says, so what is said is what is read. */
function checkSizes(entries: ReadonlyMap<string, Entry>, archiveBytes: number): void {
  const bytes = [...entries.values()].reduce((sum, entry) => sum + entry.uncompressedSize, 0);
  if (bytes > ROOM_BYTES + MAX_RATIO * archiveBytes)
    throw new RefusedArchive(`its files have ${bytes} bytes, too many for its size`);
}

async function readManifest(zip: ZipFile, entries: ReadonlyMap<string, Entry>): Promise<Manifest> {
  const entry = entries.get(MANIFEST);
  if (entry === undefined) throw new RefusedArchive("it has no manifest");
  if (entry.uncompressedSize > MAX_MANIFEST_BYTES) throw new RefusedArchive("its manifest is too long");
  const chunks: Buffer[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
  return manifestSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
}

async function prove(zip: ZipFile, entries: ReadonlyMap<string, Entry>, { files }: Manifest): Promise<void> {
  const known = new Set([MANIFEST, ...files.map(({ path }) => path)]);
  for (const name of entries.keys())
    if (!known.has(name)) throw new RefusedArchive(`${name} is not in its manifest`);
  for (const { path, bytes, sha256 } of files) {
    const entry = entries.get(path);
    if (entry === undefined) throw new RefusedArchive(`${path} is missing`);
    if (entry.uncompressedSize !== bytes)
      throw new RefusedArchive(`${path} has another length than its manifest says`);
    if ((await hashOf(await zip.openReadStreamPromise(entry))) !== sha256)
      throw new RefusedArchive(`${path} has another hash than its manifest says`);
  }
}

async function hashOf(stream: Readable): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

async function* linesOf(zip: ZipFile, entry: Entry | undefined): AsyncGenerator<unknown> {
  if (entry === undefined) return;
  const input = await zip.openReadStreamPromise(entry);
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.length > MAX_LINE_BYTES)
      throw new RefusedArchive(`${entry.fileName} has a line that is too long`);
    yield JSON.parse(line) as unknown;
  }
}
