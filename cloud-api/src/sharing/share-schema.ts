import { z } from "@hono/zod-openapi";
import type { HeldShare, Share } from "@purrimeter/store/share";
import { timeSchema } from "../lists/list-query.ts";
import { timeOrNull } from "../lists/nullable-time.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import { nameSchema, unreadableSchema } from "../tags/tag-schema.ts";

/** A code for one use is printed or sent; what it looks like is the store's business. */
const MAX_CODE_LENGTH = 64;

/** {code}: of an invitation or an offer. */
export const codeSchema = z
  .strictObject({
    code: z.string().trim().min(1).max(MAX_CODE_LENGTH).openapi({ example: "7K2QF-9XWDA-5TNH3-PM8RC-B4JVE" }),
  })
  .openapi("OneTimeCode");

const kindSchema = z.enum(["live", "history"]).openapi({
  description:
    "live: the latest location and the live stream. history: also the locations from historyFrom on.",
});

const alertsSchema = z.boolean().openapi({
  description:
    "Whether the viewer is told too by your rules that have `tellsViewers`: alerts name geofences, and so may say where home is.",
});

const commandsSchema = z.boolean().openapi({ description: "Whether the viewer may give the tag commands." });

export const inviteSchema = z
  .strictObject({
    kind: kindSchema,
    name: nameSchema.optional().openapi({ description: "Your word for the viewer. Viewer when left out." }),
    endsAt: timeSchema("When the share ends. Never when left out."),
    historyFrom: timeSchema("Where the history begins; now when left out. Only for kind history."),
    alerts: alertsSchema.optional().openapi({ description: "As in a share; false when left out." }),
    commands: commandsSchema.optional().openapi({ description: "As in a share; false when left out." }),
  })
  .openapi("ShareInvite");

export const shareChangeSchema = z
  .strictObject({ alerts: alertsSchema.optional(), commands: commandsSchema.optional() })
  .refine((change) => Object.keys(change).length > 0, "Say what is to change.")
  .openapi("ShareChange", { description: "What is left out stays as it is." });

const instant = z.iso.datetime();

export const shareSchema = z
  .strictObject({
    id: z.string(),
    kind: kindSchema.nullable().openapi({
      description: "live or history; null when the share cannot be read at all, its dates are 1970 then.",
    }),
    name: z.string().nullable().openapi({ description: "null when it is unreadable." }),
    unreadable: unreadableSchema,
    createdAt: instant,
    inviteExpiresAt: instant.openapi({ description: "The invitation is void after this." }),
    acceptedAt: instant.nullable().openapi({ description: "null while nobody has accepted." }),
    historyFrom: instant.nullable(),
    endsAt: instant.nullable(),
    alerts: alertsSchema,
    commands: commandsSchema,
  })
  .openapi("Share");

export const invitedSchema = z
  .strictObject({
    share: shareSchema,
    code: z.string().openapi({ description: "Works once. Shown only now." }),
    link: z.string().openapi({ description: "A page's path that carries the code in its fragment." }),
  })
  .openapi("Invitation");

export const heldShareSchema = z
  .strictObject({
    id: z.string(),
    tag: z.strictObject({ id: z.string(), name: z.string().nullable(), unreadable: unreadableSchema }),
    kind: kindSchema,
    acceptedAt: instant,
    historyFrom: instant.nullable(),
    endsAt: instant.nullable(),
    alerts: alertsSchema,
    commands: commandsSchema,
  })
  .openapi("HeldShare");

const UNREADABLE = { unreadable: true } as const;

/** A share as its tag's owner reads it. */
export function shareBody(share: Share): z.infer<typeof shareSchema> {
  return {
    id: share.id,
    kind: share.kind ?? null,
    name: share.name ?? null,
    ...(share.name === undefined && UNREADABLE),
    createdAt: rfc3339(share.createdAt),
    inviteExpiresAt: rfc3339(share.inviteExpiresAt),
    acceptedAt: timeOrNull(share.acceptedAt),
    historyFrom: timeOrNull(share.historyFrom),
    endsAt: timeOrNull(share.endsAt),
    alerts: share.alerts,
    commands: share.commands,
  };
}

/** A share as its viewer reads it. */
export function heldShareBody(share: HeldShare): z.infer<typeof heldShareSchema> {
  return {
    id: share.id,
    tag: {
      id: share.tag.id,
      name: share.tag.name ?? null,
      ...(share.tag.name === undefined && UNREADABLE),
    },
    kind: share.kind,
    acceptedAt: rfc3339(share.acceptedAt),
    historyFrom: timeOrNull(share.historyFrom),
    endsAt: timeOrNull(share.endsAt),
    alerts: share.alerts,
    commands: share.commands,
  };
}
