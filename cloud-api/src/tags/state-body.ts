import type { z } from "@hono/zod-openapi";
import type { OwnedTag } from "@purrimeter/store/owned-tag";
import { rfc3339 } from "../lists/rfc3339.ts";
import { refusedReason } from "./refused-reason.ts";
import type { tagSchema } from "./tag-schema.ts";

type TagBody = z.infer<typeof tagSchema>;

function settingsBody({ wanted, reported, refused, ignored }: OwnedTag["settings"]): TagBody["settings"] {
  const own = { wanted, reported, ...(ignored !== undefined && { ignored: [...ignored] }) };
  if (refused === undefined) return own;
  return { ...own, refused: { version: refused.version, reason: refusedReason(refused.reason) } };
}

/** What a tag said last of itself, as JSON. */
export function stateBody(
  tag: Pick<OwnedTag, "lastHeardAt" | "batteryPercent" | "settings">,
): Pick<TagBody, "lastHeardAt" | "battery" | "settings"> {
  return {
    lastHeardAt: tag.lastHeardAt === undefined ? null : rfc3339(tag.lastHeardAt),
    battery: tag.batteryPercent ?? null,
    settings: settingsBody(tag.settings),
  };
}
