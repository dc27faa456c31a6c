/** WGS 84 (NIMA TR8350.2): semi-major axis in cm and first eccentricity squared. */
const SEMI_MAJOR_CM = 637_813_700;
const ECCENTRICITY_SQUARED = 0.00669437999014;

/** Beyond this latitude a degree of longitude is so short that the flat map of a geofence bends by metres. */
export const MAX_FLAT_LAT_E7 = 850_000_000;

const RADIANS_PER_E7 = 3.141592653589793 / 1_800_000_000;
const HALF_TURN_E7 = 1_800_000_000;
const TURN_E7 = 3_600_000_000;

/**
 * Cosine of a latitude in E7, within 4e-15. Math.cos may differ in its last bit from engine to engine; this Taylor
 * series uses only additions, multiplications and divisions, which IEEE 754 defines to the bit.
 */
export function cosine(latE7: number): number {
  const x = latE7 * RADIANS_PER_E7;
  const square = x * x;
  let sum = 1;
  for (let n = 22; n >= 2; n -= 2) sum = 1 - (sum * square) / (n * (n - 1));
  return sum;
}

/** Length of 10^-7 degrees of latitude along the meridian there, in cm (1.105 to 1.117). */
export function cmPerLatE7(latE7: number): number {
  const cos = cosine(latE7);
  const root = 1 - ECCENTRICITY_SQUARED * (1 - cos * cos);
  return (SEMI_MAJOR_CM * (1 - ECCENTRICITY_SQUARED) * RADIANS_PER_E7) / (root * Math.sqrt(root));
}

/** Length of a degree of longitude over that of a degree of latitude at this latitude: about its cosine. */
export function lonOverLat(latE7: number): number {
  const cos = cosine(latE7);
  return (cos * (1 - ECCENTRICITY_SQUARED * (1 - cos * cos))) / (1 - ECCENTRICITY_SQUARED);
}

/** How far east `toE7` lies of `fromE7` the short way round, -1,800,000,000 to 1,799,999,999. */
export function eastwardE7(fromE7: number, toE7: number): number {
  const difference = toE7 - fromE7;
  if (difference >= HALF_TURN_E7) return difference - TURN_E7;
  return difference < -HALF_TURN_E7 ? difference + TURN_E7 : difference;
}
