/** Counts of what was received, by name. They only grow. */
export interface NmeaCounts {
  /** Sentences that were understood: RMC, GGA, GSA, GST, ZDA. */
  sentences: number;
  /** Right checksum, but another kind of sentence. */
  foreign: number;
  badChecksum: number;
  /** Lines without checksum, cut lines, fields that are no numbers. */
  malformed: number;
  /** Lines longer than a receiver may send; skipped to their end. */
  tooLong: number;
  /** Bytes between sentences. */
  garbageBytes: number;
  /** Readings passed to the caller. */
  epochs: number;
}
