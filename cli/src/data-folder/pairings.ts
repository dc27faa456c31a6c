import { issuedFiles } from "@purrimeter/certs/authority-files";
import { refuse } from "@purrimeter/certs/refusal";
import { makeFolder, SECRET_MODE, writeNewFile } from "@purrimeter/certs/write-file";
import { hex, newPairing, pairingText, parsePairing, type Pairing } from "@purrimeter/ble-gateway/pairing";
import { asTagId } from "@purrimeter/protocol/values";
import { openSecretFolder, requirePrivateFolder } from "@purrimeter/secrets/secret-folder";
import { SecretError } from "@purrimeter/secrets/secret-source";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DataFiles } from "./data-files.ts";
import { orFailure } from "./or-failure.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";

/** A pairing and the file that holds it: 0600, for the BLE gateway and, once, for the tag. */
export interface KeptPairing {
  readonly pairing: Pairing;
  readonly file: string;
}

/** Where a BLE gateway's link keys are; a folder of the former name is used on. */
export function pairingFolder(files: DataFiles): string {
  const former = files.secrets("gateway");
  return existsSync(former) ? former : files.secrets("ble-gateway");
}

/** The pairings of a data folder; none is fine. */
export function readPairings(files: DataFiles): readonly KeptPairing[] | Failure {
  const folder = pairingFolder(files);
  if (!existsSync(folder)) return [];
  try {
    requirePrivateFolder(folder);
    const secrets = openSecretFolder(folder);
    const kept: KeptPairing[] = [];
    for (const name of readdirSync(folder).filter((entry) => entry.endsWith(".json"))) {
      const pairing = parsePairing(secrets.read(name).toString());
      if (pairing === undefined) return failed(`${join(folder, name)} is no pairing; pair the tag again`);
      kept.push({ pairing, file: join(folder, name) });
    }
    return kept;
  } catch (error) {
    if (error instanceof SecretError) return failed(error.message);
    throw error;
  }
}

/** Makes a link key for a tag that has its certificate here. A tag that is paired gets another only when `again`. */
export function pairTag(files: DataFiles, id: string, again: boolean): KeptPairing | Failure {
  const tag = asTagId(id);
  if (tag === undefined) return orFailure(refuse("bad-tag-id", id));
  if (!existsSync(issuedFiles(files.certs, "tags", tag).chain))
    return failed(`${tag} has no certificate in ${files.certs}; "purrimeter tags add ${tag}" issues one`);
  if (!existsSync(files.tagKey(tag)))
    return failed(
      `the key of ${tag} has left ${files.folder}; "purrimeter certs renew tag ${tag}" makes another`,
    );
  const kept = readPairings(files);
  if (isFailure(kept)) return kept;
  const former = kept.filter(({ pairing }) => pairing.tag === tag);
  if (former.length > 0 && !again)
    return failed(`${tag} is paired already (${former[0]?.file}); --again gives it another key`);
  const made = keep(files, newPairing(tag));
  for (const { file } of former) rmSync(file);
  return made;
}

function keep(files: DataFiles, pairing: Pairing): KeptPairing {
  const folder = pairingFolder(files);
  makeFolder(folder);
  const file = join(folder, `${hex(pairing.id)}.json`);
  writeNewFile(file, pairingText(pairing), SECRET_MODE);
  return { pairing, file };
}
