/** What the queue counted since the start of this program; its owner counts the rest in the same object. */
export interface UplinkCounts {
  fixes: number;
  entries: number;
  acknowledged: number;
  transitions: number;
  resent: number;
  reports: number;
  pending: number;
  /** Entries of reports that the cloud refused finally (it cannot decode them). */
  rejected: number;
  /** Reports that the cloud refused for now. */
  refused: number;
  /** Acknowledgements for nothing that was sent: another epoch, stale, twice, a number never sent. */
  strayAcks: number;
  /** Sessions that were given up because reports were not answered. */
  deadSessions: number;
}
