import { scaled } from "./nmea-field.ts";
import { NmeaLine } from "./nmea-line.ts";

/** Weaker signals are no help: a receiver reads orbits from about 25 dB-Hz on, and roofs let through less (assumption). */
const USEFUL_DB_HZ = 20;

const FIRST_SIGNAL_FIELD = 7;
const FIELDS_PER_SATELLITE = 4;

/** "GSV" behind a talker of two letters. */
function listsSatellites(line: NmeaLine): boolean {
  return line.stop(0) === 5 && line.bytes[2] === 71 && line.bytes[3] === 83 && line.bytes[4] === 86;
}

/** Reads from GSV, beside the parser, whether there is any sky: a receiver under a roof need not search to the end. */
export class SkyWatch {
  /** The receiver has listed its satellites since `restart`. */
  lists = false;
  /** One of them was heard well enough. */
  hears = false;
  private readonly line: NmeaLine;

  constructor() {
    this.line = new NmeaLine();
  }

  restart(): void {
    this.lists = false;
    this.hears = false;
  }

  /** Takes the first `length` bytes, cut anywhere. */
  feed(bytes: Uint8Array, length: number): void {
    for (let i = 0; i < length && !this.hears; i++) {
      const isSentence = this.line.push(bytes[i] as number) === "sentence";
      if (isSentence && listsSatellites(this.line)) this.look();
    }
  }

  private look(): void {
    this.lists = true;
    for (let field = FIRST_SIGNAL_FIELD; field < this.line.fieldCount; field += FIELDS_PER_SATELLITE) {
      if (scaled(this.line, field, 0) >= USEFUL_DB_HZ) this.hears = true;
    }
  }
}
