import { z } from "@hono/zod-openapi";
import { REFUSED_REASONS } from "./refused-reason.ts";

/** Characters (UTF-16 units) of a name that an owner gives. */
const MAX_NAME_LENGTH = 64;

/** A claim code is printed on paper and typed by hand; what it looks like is the store's business. */
const MAX_CLAIM_CODE_LENGTH = 64;

// Control characters and the marks that turn a line's direction have no place in a name and hide what it says.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

export const nameSchema = z
  .string()
  .trim()
  .normalize("NFC")
  .min(1)
  .max(MAX_NAME_LENGTH)
  .refine((name) => !UNPRINTABLE.test(name), "A name has no control characters.")
  .openapi({ example: "Mimi" });

/** The mark of what is stored and cannot be read. */
export const unreadableSchema = z.literal(true).optional().openapi({
  description:
    "Only when what is sealed of this does not open: its key is missing or it was changed. Tell the operator; everything else is as it was.",
});

/** Not checked beyond its length: what is no id names nothing, as a foreign id does. */
export const tagIdSchema = z.string().min(1).max(128).openapi({ example: "cat-7f3a" });

const refusedSettingsSchema = z
  .strictObject({
    version: z.number().int().openapi({ description: "0 when the tag could not read which version it was." }),
    reason: z.enum(REFUSED_REASONS).openapi({
      description:
        "`too-large`: more geofences or corners than the tag can run. `out-of-range`: a geofence that the tag cannot decide, " +
        "such as one near a pole or without an inside. `newer-format`: the tag's firmware is too old for these settings. " +
        "`unreadable`: they did not arrive whole.",
    }),
  })
  .openapi("RefusedSettings", {
    description: "The tag does not run the wanted settings; it goes on with those that it reports.",
  });

const warningSchema = z
  .strictObject({
    kind: z.enum(["many-sessions"]).openapi({
      description:
        "`many-sessions`: the tag's certificate began more connections than one tag needs, and some were refused. A copy of its key may " +
        "be in use, or its connection breaks off again and again. When it goes on, tell the operator, who can revoke the tag.",
    }),
    at: z.iso.datetime().openapi({ description: "When that was seen last." }),
  })
  .openapi("TagWarning");

const detectionSchema = z.enum(["quick", "usual", "quiet"]).openapi("Detection", {
  description:
    "How much evidence a change of side takes. `quick` says an escape earlier and errs more often, `quiet` errs less often and says it " +
    "later. A tag whose firmware is too old for it decides as with `usual`; `settings.ignored` says so.",
});

/** Below ten seconds the receiver never goes off; the wire and the tag take a day at most. */
const paceSchema = z.number().int().min(10).max(86_400);

const paceShape = {
  fixIntervalS: paceSchema.openapi({
    description:
      "Seconds between fixes near an edge: how late you may learn of an escape. Far inside there are fewer.",
  }),
  reportIntervalS: paceSchema.openapi({
    description: "Seconds between reports when nothing happens. A change of side is reported at once.",
  }),
};

export const tagSchema = z
  .strictObject({
    id: z.string(),
    name: z.string().nullable().openapi({ description: "null when it is unreadable." }),
    unreadable: unreadableSchema,
    lastHeardAt: z.iso.datetime().nullable().openapi({ description: "When the cloud last heard of it." }),
    battery: z.number().int().min(0).max(100).nullable().openapi({ description: "Percent." }),
    warnings: z
      .array(warningSchema)
      .optional()
      .openapi({ description: "Only while there are some: of the last seven days." }),
    detection: detectionSchema,
    ...paceShape,
    lost: z.boolean().openapi({ description: "Whether lost mode is on; see /v1/tags/{id}/lost." }),
    settings: z
      .strictObject({
        wanted: z.number().int(),
        reported: z.number().int(),
        refused: refusedSettingsSchema.optional(),
        ignored: z
          .array(z.enum(["detection", "lost"]))
          .optional()
          .openapi({
            description:
              "Only when the tag's firmware is too old for a part of the wanted settings: it runs them without that part.",
          }),
      })
      .openapi({
        description:
          "Version that the cloud wants and version that the tag says it runs; 0 is none. `refused` only while the tag " +
          "refuses the wanted ones.",
      }),
  })
  .openapi("Tag");

export const tagChangeSchema = z
  .strictObject({
    name: nameSchema.optional(),
    detection: detectionSchema.optional(),
    fixIntervalS: paceShape.fixIntervalS.optional(),
    reportIntervalS: paceShape.reportIntervalS.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, "Say what is to change.")
  .openapi("TagChange", { description: "What is left out stays as it is." });

export const claimSchema = z
  .strictObject({
    code: z.string().trim().min(1).max(MAX_CLAIM_CODE_LENGTH).openapi({ example: "K7QM-3XWD-9RTA" }),
    name: nameSchema.optional(),
  })
  .openapi("Claim");
