import { issuedFiles, type IssuedFiles } from "@purrimeter/certs/authority-files";
import { makeFolder, PUBLIC_MODE, replaceFile, SECRET_MODE } from "@purrimeter/certs/write-file";
import { asTagId, type TagId } from "@purrimeter/protocol/values";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { takeTagKey } from "./tag-keys.ts";
import type { DataFiles } from "./data-files.ts";
import { failed, type Failure } from "../terminal/failure.ts";

/** Where a board finds the bridge. */
export interface BoardNetwork {
  /** Name in the bridge's certificate. */
  readonly host: string;
  /** Of the listener for TLS 1.2. */
  readonly port: number;
  /** Of the SIM's operator. */
  readonly apn: string;
}

/** What was written. */
export interface ProvisionedBoard {
  readonly tag: string;
  readonly folder: string;
  readonly files: readonly string[];
}

/** What a board takes in, and the folder that it goes to. */
interface Provisionable {
  readonly tag: TagId;
  readonly issued: IssuedFiles;
  readonly folder: string;
}

/** A tag that has a certificate and its key here, and a folder that is free for it or its own; or why not. Writes nothing there. */
export function provisionable(files: DataFiles, id: string, out: string): Provisionable | Failure {
  const tag = asTagId(id);
  const issued = tag === undefined ? undefined : issuedFiles(files.certs, "tags", tag);
  if (tag === undefined || issued === undefined || !existsSync(issued.chain))
    return failed(`${id} has no certificate here; "purrimeter tags add ${id}" issues one`);
  takeTagKey(files, tag);
  if (!existsSync(files.tagKey(tag)))
    return failed(
      `the key of ${id} has left ${files.folder}; "purrimeter certs renew tag ${id}" makes another`,
    );
  const folder = resolve(out);
  const foreign = foreignFile(folder, tag);
  if (foreign !== undefined) return failed(`${foreign} is not of the board ${tag}; name another folder`);
  return { tag, issued, folder };
}

/**
 * Writes what a board takes in: the tag's certificates and key as the SDK's TLS reads them (DER) and as the modem does
 * (PEM, the key in PKCS#1), and its names, in a manifest for the build and in a file for the board. Files that are there
 * are of the same tag and are replaced. The key leaves the data folder: it is in `folder` only afterwards.
 */
export function provisionBoard(
  files: DataFiles,
  { tag, issued, folder }: Provisionable,
  network: BoardNetwork,
): ProvisionedBoard {
  const leaf = readFileSync(issued.leafDer);
  const key = createPrivateKey(readFileSync(files.tagKey(tag)));
  makeFolder(folder);
  const written: string[] = [];
  const write = (name: string, content: string | Uint8Array, mode = PUBLIC_MODE): void => {
    replaceFile(join(folder, name), content, mode);
    written.push(name);
  };
  // First: a call that broke off can be made again.
  write("board.json", json({ tag, ...network }));
  write("authority.der", readFileSync(issued.authorityDer));
  write("issuer.der", readFileSync(issued.issuerDer));
  write("tag.der", leaf);
  write("key.der", key.export({ type: "pkcs8", format: "der" }), SECRET_MODE);
  write("authority.pem", readFileSync(issued.authority));
  write("tag.pem", new X509Certificate(leaf).toString());
  write("key.pem", key.export({ type: "pkcs1", format: "pem" }).toString(), SECRET_MODE);
  const data = written.slice(1);
  // Last: with it the build finds the certificates.
  write("manifest.json", manifest(tag, network, data));
  rmSync(files.tagKey(tag));
  return { tag, folder, files: written };
}

const NAMES = [
  "authority.der",
  "issuer.der",
  "tag.der",
  "key.der",
  "authority.pem",
  "tag.pem",
  "key.pem",
  "manifest.json",
];

/** A file that would be replaced and is none of an earlier call for this tag: of another board, or of somebody's project. */
function foreignFile(folder: string, tag: string): string | undefined {
  const board = join(folder, "board.json");
  if (existsSync(board)) return tagOf(readFileSync(board, "utf8")) === tag ? undefined : board;
  return NAMES.map((name) => join(folder, name)).find((path) => existsSync(path));
}

function tagOf(board: string): unknown {
  try {
    return (JSON.parse(board) as { readonly tag?: unknown } | null)?.tag;
  } catch {
    return undefined; // a file of another kind is nobody's board
  }
}

/** mcconfig takes data by names without endings, and packs every file that has such a name. */
function manifest(tag: string, network: BoardNetwork, names: readonly string[]): string {
  const stems = new Set(names.map((name) => `./${name.slice(0, name.lastIndexOf("."))}`));
  return json({ data: { "*": [...stems] }, config: { tag, ...network } });
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
