import { encodeAck } from "@purrimeter/protocol/ack";
import { CborWriter } from "@purrimeter/protocol/cbor-writer";
import { crc32 } from "@purrimeter/protocol/crc32";
import { MAX_SMALL_MESSAGE_BYTES } from "@purrimeter/protocol/limits";
import type { RefusalReason } from "@purrimeter/protocol/messages";
import type { Stored } from "@purrimeter/store/report-store";

const writer = new CborWriter(MAX_SMALL_MESSAGE_BYTES);

/** "Stored through": only for what a commit has put on disk. */
export function acknowledgeStored({ epoch, through, ahead }: Stored): Uint8Array {
  const span = ahead === undefined ? {} : { ahead };
  return encodeAck({ kind: "stored", epoch, through, ...span }, writer);
}

/** "Not stored". Final: set aside, let it go. Otherwise: keep it and try again later. */
export function refuseReport(report: Uint8Array, reason: RefusalReason, final: boolean): Uint8Array {
  return encodeAck({ kind: "refused", reason, reportCrc: crc32(report, 0, report.length), final }, writer);
}
