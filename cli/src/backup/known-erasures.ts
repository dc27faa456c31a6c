import type { Time } from "@purrimeter/service/time";
import { ErasureListError, readErasures, type ListedErasure } from "@purrimeter/store/erasure-list";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { existsSync } from "node:fs";
import type { DataFiles } from "../data-folder/data-files.ts";
import { OPERATOR } from "../data-folder/operator.ts";
import { withData } from "../data-folder/with-data.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import { utcSeconds } from "../terminal/utc.ts";

/** Where erasures since a backup are known from: a list, or "none" when somebody says that there were none. */
export type ErasureSource = { readonly list: string } | "none" | undefined;

/**
 * Owners that were erased since a backup was made: of the list that is given, and of the data folder that is to be replaced
 * (its list, and the tombstones of its key ring). A failure when nothing says which: to restore would bring them back.
 */
export async function knownErasures(
  present: DataFiles,
  given: ErasureSource,
  time: Time,
): Promise<{ readonly erasures: readonly ListedErasure[] } | Failure> {
  if (typeof given === "object" && !existsSync(given.list)) return failed(`${given.list} does not exist`);
  try {
    const listed = typeof given === "object" ? readErasures(given.list) : [];
    const own = readErasures(present.erasures);
    const ring = await tombstones(present, time);
    const isKnown = given !== undefined || existsSync(present.erasures) || ring !== undefined;
    if (isKnown) return { erasures: [...listed, ...own, ...(ring ?? [])] };
  } catch (error) {
    if (error instanceof ErasureListError) return failed(error.message);
    throw error;
  }
  return failed(
    "nothing says whose data was erased since the backup, and a restore would bring it back: " +
      "give the newest erasures.list of this installation with --erasures FILE, or --no-erasures when there were none",
  );
}

/** undefined when there is no key ring to ask, or it cannot be opened: then it says nothing. */
async function tombstones(present: DataFiles, time: Time): Promise<ListedErasure[] | undefined> {
  if (!existsSync(present.keyRing) && !existsSync(present.vault)) return undefined;
  const at = utcSeconds(time);
  const close = (): Promise<void> => Promise.resolve();
  const asked = await withData(
    present,
    { holder: OPERATOR, open: (secrets) => ({ resource: secrets, close }) },
    async (secrets) => {
      const owners = (await secrets.keyRing(present.keyRing).erased()) as OwnerId[];
      return { listed: owners.map((owner) => ({ owner, at })) };
    },
  );
  return isFailure(asked) ? undefined : asked.listed;
}
