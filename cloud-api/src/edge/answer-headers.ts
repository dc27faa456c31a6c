import { SECURITY_HEADERS } from "@purrimeter/service/security-headers";

/** Headers of every answer. */
export const ANSWER_HEADERS: readonly (readonly [string, string])[] = [
  ...SECURITY_HEADERS,
  // Locations are JSON or GeoJSON by Accept; a header of the answer's own would cost more than reading the location.
  ["Vary", "Accept"],
];
