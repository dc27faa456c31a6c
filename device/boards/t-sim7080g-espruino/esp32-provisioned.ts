import type { ModemConfig, ModemFiles } from "../../drivers/sim7080g/modem-config.ts";
import { asTagId, type TagId } from "@purrimeter/protocol/values";
import type { Esp32Sdk } from "./esp32-sdk.ts";

/** The file that `purrimeter tags provision` writes. */
const BOARD_FILE = "board.json";

/** The tag of this board, and how it reaches the bridge. */
export interface Provisioned extends Pick<ModemConfig, "apn" | "host" | "port"> {
  readonly tag: TagId;
  readonly files: ModemFiles;
}

/** Throws when a file is missing or names no tag. */
export function readProvisioned(storage: Esp32Sdk["storage"]): Provisioned {
  const { tag, host, port, apn } = storage.readJSON(BOARD_FILE) as Provisioned;
  const tagId = asTagId(tag);
  if (tagId === undefined) throw new RangeError(BOARD_FILE);
  // Mapped from flash, they take no memory.
  const file = (name: string): Uint8Array => {
    const bytes = storage.readArrayBuffer(name);
    if (bytes === undefined) throw new RangeError(name);
    return new Uint8Array(bytes);
  };
  const files = { authority: file("authority.pem"), certificate: file("tag.pem"), key: file("key.pem") };
  return { tag: tagId, host, port, apn, files };
}
