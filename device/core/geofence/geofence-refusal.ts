/**
 * Why the tag cannot decide a geofence: too many of them; more vertices than there is room for; larger than the flat
 * map allows; reaches beyond 85 degrees of latitude; has no area.
 */
export type GeofenceRefusal = "too-many" | "too-many-vertices" | "too-large" | "near-pole" | "degenerate";
