import { encryptedKeyPem } from "@purrimeter/certs/key-pair";
import type { KeepRootKey } from "@purrimeter/certs/init-authority";
import { SECRET_MODE, writeNewFile } from "@purrimeter/certs/write-file";
import { randomBytes } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import type { DataFiles } from "./data-files.ts";

/** Where the root's key goes: an encrypted file, or nowhere. */
export type RootKeyPlace = "discard" | RootKeyOut;

/** A file for the root's key. */
interface RootKeyOut {
  /** Not there yet, and outside the data folder. */
  readonly file: string;
  /** Told once, when the file is on disk: the passphrase is kept nowhere. */
  readonly onWritten: (file: string, passphrase: string) => void;
}

/** What is done with the root's key, which must not stay in the data folder. */
export function rootKeyKeeper(files: DataFiles, place: RootKeyPlace | undefined): KeepRootKey | Failure {
  if (place === undefined) return needsPlace(files);
  if (place === "discard") return () => undefined;
  const file = outsidePath(files, place.file);
  if (isFailure(file)) return file;
  return (rootKey) => {
    const passphrase = newPassphrase();
    writeNewFile(file.path, encryptedKeyPem(rootKey, passphrase), SECRET_MODE);
    place.onWritten(file.path, passphrase);
  };
}

function needsPlace(files: DataFiles): Failure {
  return failed(
    `the root key of the certificate authority must not stay in ${files.folder}: give --root-out FILE, a new file outside it, ` +
      "and keep that file away from this machine",
  );
}

function outsidePath(files: DataFiles, file: string): { readonly path: string } | Failure {
  const path = resolve(file);
  if (existsSync(path)) return failed(`--root-out: ${path} exists already; name a new file`);
  if (!existsSync(dirname(path))) return failed(`--root-out: there is no folder ${dirname(path)}`);
  const real = join(realpathSync(dirname(path)), basename(path));
  const folder = existsSync(files.folder) ? realpathSync(files.folder) : files.folder;
  if (!relative(folder, real).startsWith(".."))
    return failed(`--root-out: ${path} is in the data folder; whoever steals that must not have it`);
  return { path };
}

/** 128 bits, in groups that can be read aloud. */
function newPassphrase(): string {
  return (randomBytes(16).toString("hex").match(/.{4}/g) ?? []).join("-");
}
