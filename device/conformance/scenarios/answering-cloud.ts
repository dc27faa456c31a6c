import { encodeAck } from "@purrimeter/protocol/ack";
import { crc32 } from "@purrimeter/protocol/crc32";
import type { Ack, RefusalReason } from "@purrimeter/protocol/messages";
import { decodeReport } from "@purrimeter/protocol/report";
import type { EntryNumber } from "@purrimeter/protocol/values";

/** Most entry numbers of a scenario. */
const NUMBERS = 65_536;

/** Stores by number, once, and answers as the bridge does. */
export class AnsweringCloud {
  /** While set, every report is refused for this reason; not finally unless `isFinal`. */
  refuses: RefusalReason | undefined = undefined;
  isFinal = false;
  private readonly stored: Uint8Array;
  private through = 0;
  private oldest = 1;

  constructor() {
    this.stored = new Uint8Array(NUMBERS);
  }

  /** The bytes of the acknowledgement of a report. */
  answer(report: Uint8Array): Uint8Array {
    return encodeAck(this.ackOf(report));
  }

  private ackOf(report: Uint8Array): Ack {
    const reportCrc = crc32(report, 0, report.length);
    const decoded = decodeReport(report);
    if (!decoded.ok) return { kind: "refused", reason: decoded.error.reason, reportCrc, final: true };
    if (this.refuses !== undefined) {
      return { kind: "refused", reason: this.refuses, reportCrc, final: this.isFinal };
    }
    const first = decoded.value.first;
    const last = (first + decoded.value.entries.length - 1) as EntryNumber;
    for (let number: number = first; number <= last; number++) this.stored[number] = 1;
    if (decoded.value.oldest > this.oldest) this.oldest = decoded.value.oldest;
    while (this.stored[this.through + 1] === 1 || this.through + 1 < this.oldest) this.through++;
    const base = { kind: "stored" as const, epoch: decoded.value.epoch, through: this.through };
    if (last <= this.through) return base;
    return { kind: "stored", epoch: base.epoch, through: base.through, ahead: { first, last } };
  }
}
