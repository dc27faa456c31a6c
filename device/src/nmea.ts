import { emptyReading, type Reading } from "./reading.ts";

/** Counts of what came over the line, by name. They only grow. */
export interface NmeaCounts {
  /** Sentences that were understood: RMC, GGA, GSA, GST, ZDA. */
  sentences: number;
  /** Right checksum, but another kind of sentence. */
  foreign: number;
  badChecksum: number;
  /** Lines without checksum, cut lines, fields that are no numbers. */
  malformed: number;
  /** Lines longer than the receiver may send; skipped to their end. */
  tooLong: number;
  /** Bytes between sentences. */
  garbageBytes: number;
  /** Epochs handed on. */
  epochs: number;
}

/** Byte-wise parser of NMEA 0183 that allocates nothing after construction. */
export class NmeaParser {
  readonly counts: NmeaCounts = {
    sentences: 0,
    foreign: 0,
    badChecksum: 0,
    malformed: 0,
    tooLong: 0,
    garbageBytes: 0,
    epochs: 0,
  };
  private readonly reading: Reading;
  private readonly onReading: (reading: Reading) => void;

  /**
   * `buildUtcS`: when this firmware was built; dates before it are taken as rolled over by 1,024 weeks.
   * `onReading` is called once per epoch, from within `feed`; the reading is overwritten afterwards.
   */
  constructor(buildUtcS: number, onReading: (reading: Reading) => void) {
    this.reading = emptyReading();
    this.onReading = onReading;
    void buildUtcS;
  }

  /** Takes the first `length` bytes, cut anywhere. */
  feed(bytes: Uint8Array, length: number): void {
    void bytes;
    void length;
    void this.reading;
    void this.onReading;
  }
}
