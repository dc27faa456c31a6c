import { z } from "@hono/zod-openapi";

export const GEO_JSON = "application/geo+json";

export const formatSchema = z
  .enum(["json", "geojson"], { error: "The format is json or geojson." })
  .optional()
  .openapi({ description: "Goes before the header Accept." });

/** Whether GeoJSON is asked for: by name, or by an Accept header that does not name JSON before it. */
export function wantsGeoJson(format: "json" | "geojson" | undefined, accept: string | undefined): boolean {
  if (format !== undefined) return format === "geojson";
  if (accept === undefined) return false;
  const ranges = accept.split(",").map((range) => range.split(";")[0]?.trim().toLowerCase());
  const json = ranges.indexOf("application/json");
  const geoJson = ranges.indexOf(GEO_JSON);
  return geoJson >= 0 && (json < 0 || geoJson < json);
}
