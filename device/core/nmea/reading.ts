/** What the receiver reports for one epoch. One object is made at start and filled again for every epoch. */
export interface Reading {
  /** Seconds of UTC since 1970, 0 when the receiver did not know time and date. */
  utcS: number;
  /** Degrees x 10^7; meaningless unless `valid`. */
  latE7: number;
  /** Degrees x 10^7, -1,800,000,000 to 1,799,999,999; meaningless unless `valid`. */
  lonE7: number;
  /** Whether the receiver claims a position measured now (not void, estimated, simulated or typed in). */
  valid: boolean;
  /** Quality indicator of GGA (0 none, 1 GNSS, 2 differential, 4 and 5 RTK, 6 estimated), 0 when unknown. */
  quality: number;
  /** Satellites in use, 0 when unknown. */
  satellites: number;
  /** Horizontal dilution of precision x 10, 0 when unknown. */
  hdopTenths: number;
  /** Speed over ground in cm/s, 0 to 65,535; -1 when unknown. */
  speedCmS: number;
  /** Course over ground in tenths of a degree from north, 0 to 3,599; -1 when unknown. */
  courseDeg10: number;
  /** Claimed horizontal error (distance root mean square) in decimetres, 0 when unknown. */
  accuracyDm: number;
}

/** A reading of nothing. */
export function emptyReading(): Reading {
  return {
    utcS: 0,
    latE7: 0,
    lonE7: 0,
    valid: false,
    quality: 0,
    satellites: 0,
    hdopTenths: 0,
    speedCmS: -1,
    courseDeg10: -1,
    accuracyDm: 0,
  };
}
