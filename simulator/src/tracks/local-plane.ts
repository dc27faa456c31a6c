/** Metres in a degree of latitude on a sphere of 6,371,008.8 m (IUGG mean radius). */
const METRES_PER_DEGREE = (6_371_008.8 * Math.PI) / 180;

/**
 * A flat map around one place: metres east and north of it. Good to a few parts in a thousand within
 * 10 km, away from the poles; that is enough for cats.
 */
export class LocalPlane {
  readonly latDegrees: number;
  readonly lonDegrees: number;
  readonly #metresPerDegreeOfLongitude: number;

  /** `latDegrees` within ±89, `lonDegrees` within ±180. */
  constructor(latDegrees: number, lonDegrees: number) {
    this.latDegrees = latDegrees;
    this.lonDegrees = lonDegrees;
    this.#metresPerDegreeOfLongitude = METRES_PER_DEGREE * Math.cos((latDegrees * Math.PI) / 180);
  }

  /** Metres east of the origin, the short way around the date line. */
  eastM(lonDegrees: number): number {
    const difference = lonDegrees - this.lonDegrees;
    const short = difference > 180 ? difference - 360 : difference < -180 ? difference + 360 : difference;
    return short * this.#metresPerDegreeOfLongitude;
  }

  /** Metres north of the origin. */
  northM(latDegrees: number): number {
    return (latDegrees - this.latDegrees) * METRES_PER_DEGREE;
  }

  /** Latitude in degrees of a point `northM` metres north of the origin. */
  latDegreesAt(northM: number): number {
    return this.latDegrees + northM / METRES_PER_DEGREE;
  }

  /** Longitude in degrees, -180 up to 180, of a point `eastM` metres east of the origin. */
  lonDegreesAt(eastM: number): number {
    const degrees = this.lonDegrees + eastM / this.#metresPerDegreeOfLongitude;
    return degrees >= 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees;
  }

  /** Distance of a place from the origin in metres. */
  distanceM(latDegrees: number, lonDegrees: number): number {
    return Math.hypot(this.eastM(lonDegrees), this.northM(latDegrees));
  }
}
