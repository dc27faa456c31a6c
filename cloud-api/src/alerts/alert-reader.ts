import type { Context } from "hono";
import type { Scope } from "@purrimeter/auth-api/access-tokens";
import type { TagId } from "@purrimeter/protocol/values";
import type { Alert } from "@purrimeter/store/alert";
import type { Env } from "../dependencies.ts";
import type { AlertReader } from "./alert-body.ts";

/** What a personal access token needs to see where a tag was. */
const PLACES_SCOPE: Scope = "locations:read";

/** Whether who asks may see places of their own tags. */
export function mayReadPlaces(asker: Context<Env>): boolean {
  return asker.get("identity").scopes?.includes(PLACES_SCOPE) ?? true;
}

/** Which of the alerts' tags are the asker's own: a viewer hears of an alert, not where the tag was before the share began. */
async function ownTags(alerts: readonly Alert[], asker: Context<Env>): Promise<ReadonlySet<TagId>> {
  const placed = alerts.filter(({ facts }) => facts?.place !== undefined).map(({ tag }) => tag);
  const own = new Set<TagId>();
  for (const tag of new Set(placed))
    if (tag !== undefined && (await asker.get("view").tag(tag)) !== "not-found") own.add(tag);
  return own;
}

/** How these alerts are shown to who asks. */
export async function alertReader(shown: readonly Alert[], asker: Context<Env>): Promise<AlertReader> {
  const preferences = await asker.get("view").alertPreferences();
  const own = mayReadPlaces(asker) ? await ownTags(shown, asker) : new Set<TagId>();
  return { preferences, maySeePlace: ({ tag }) => tag !== undefined && own.has(tag) };
}
