/** WGS 84 (NIMA TR8350.2): semi-major axis in metres and first eccentricity squared. The tag measures with the same. */
const SEMI_MAJOR_M = 6_378_137;
const ECCENTRICITY_SQUARED = 0.006_694_379_990_14;
const RADIANS_PER_E7 = Math.PI / 1_800_000_000;

function curvature(latE7: number): number {
  return 1 - ECCENTRICITY_SQUARED * Math.sin(latE7 * RADIANS_PER_E7) ** 2;
}

/** Length of 10^-7 degrees of latitude along the meridian there, in metres; grows towards the poles. */
export function metresNorth(latE7: number): number {
  return (SEMI_MAJOR_M * (1 - ECCENTRICITY_SQUARED) * RADIANS_PER_E7) / curvature(latE7) ** 1.5;
}

/** Length of 10^-7 degrees of longitude along the parallel there, in metres; shrinks towards the poles. */
export function metresEast(latE7: number): number {
  return (SEMI_MAJOR_M * Math.cos(latE7 * RADIANS_PER_E7) * RADIANS_PER_E7) / Math.sqrt(curvature(latE7));
}
