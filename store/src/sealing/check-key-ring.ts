import type { KeyRing } from "@purrimeter/secrets/key-ring";
import { KeyRingError } from "@purrimeter/secrets/sealed-key-file";
import type { Database } from "@purrimeter/database/open-database";
import { basename } from "node:path";
import type { OwnerId } from "../reading/owner-id.ts";

/** As many look-ups at once as a Vault has connections. */
const LOOK_UPS = 16;

/** What the key ring says of the owners of whom something is sealed. */
export interface SealedOwners {
  readonly count: number;
  /** Their keys were destroyed: what is here is to be erased, again if the database is an older copy. */
  readonly erased: readonly OwnerId[];
  /** Their keys are not there, and nobody destroyed them. */
  readonly missing: readonly OwnerId[];
}

/** Asks the key ring for every owner of whom something is sealed in the database. */
export async function sealedOwners(database: Database, keyRing: KeyRing): Promise<SealedOwners> {
  const select = database.prepare<[], OwnerId>("SELECT DISTINCT owner FROM sealing_key").pluck();
  const owners = select.all();
  const [erased, missing]: OwnerId[][] = [[], []];
  for (let from = 0; from < owners.length; from += LOOK_UPS) {
    const some = owners.slice(from, from + LOOK_UPS);
    const states = await Promise.all(some.map((owner) => stateOf(owner, keyRing)));
    for (const [i, owner] of some.entries()) {
      if (states[i] === "erased") erased?.push(owner);
      if (states[i] === "missing") missing?.push(owner);
    }
  }
  return { count: owners.length, erased: erased ?? [], missing: missing ?? [] };
}

async function stateOf(owner: OwnerId, keyRing: KeyRing): Promise<"present" | "erased" | "missing"> {
  if ((await keyRing.version(owner)) !== "unknown-owner") return "present";
  return (await keyRing.isErased(owner)) ? "erased" : "missing";
}

/** A database and the installation that it was opened for. */
export interface CheckedDatabase {
  readonly database: Database;
  readonly path: string;
  readonly installation: string | undefined;
}

/**
 * Refuses a key ring of another installation, and one that lacks keys of owners: throws KeyRingError, one line that says
 * what to do. A key ring that belongs to nobody yet belongs to this installation then.
 */
export async function checkKeyRing(checked: CheckedDatabase, keyRing: KeyRing): Promise<void> {
  const { database, path, installation } = checked;
  if (installation !== undefined && (await keyRing.belongsTo(installation)) === "another")
    throw new KeyRingError(`${keyRing.place} belongs to another installation: restore this one's own`);
  const { count, missing } = await sealedOwners(database, keyRing);
  if (missing.length > 0)
    throw new KeyRingError(
      `${keyRing.place} lacks the keys of ${missing.length} of ${count} owners of ${basename(path)}: restore its newest copy, ` +
        'or give up what they sealed with "purrimeter keys forget --lost"',
    );
  if (installation !== undefined) await keyRing.bind(installation);
}
