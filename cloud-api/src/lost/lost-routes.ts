import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import {
  MAX_LOST_FLOOR_PERCENT,
  MAX_LOST_INTERVAL_S,
  MIN_LOST_FLOOR_PERCENT,
  MIN_LOST_INTERVAL_S,
} from "@purrimeter/protocol/limits";
import { onInvalid } from "@purrimeter/service/on-invalid";
import type { LostDraft, LostOutcome, LostView } from "@purrimeter/store/lost-mode";
import { BEARER_SECURITY, BODY_PROBLEMS, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { refuse } from "../edge/problem.ts";
import { readJsonBody } from "../edge/read-json-body.ts";
import { timeSchema } from "../lists/list-query.ts";
import { notFound, orNotFound, tagParamsSchema } from "../lists/or-not-found.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import { clockNotTrusted } from "../tags/clock-not-trusted.ts";
import { lostHours } from "./lost-cost.ts";

const MAX_BODY_BYTES = 4_096;

/** A month: who has not found the cat by then sets it again. */
const MAX_UNTIL_S = 30 * 86_400;

const USUAL = { intervalS: 60, floorPercent: 10 } as const;

const intervalSchema = z.number().int().min(MIN_LOST_INTERVAL_S).max(MAX_LOST_INTERVAL_S);
const floorSchema = z.number().int().min(MIN_LOST_FLOOR_PERCENT).max(MAX_LOST_FLOOR_PERCENT);

const newLostSchema = z
  .strictObject({
    intervalS: intervalSchema
      .default(USUAL.intervalS)
      .openapi({ description: "Seconds from one contact to the next; the tag takes a fix each time." }),
    sound: z.boolean().default(true).openapi({
      description: "Whether the buzzer sounds for 5 s when the tag moves, once a minute at most.",
    }),
    floorPercent: floorSchema
      .default(USUAL.floorPercent)
      .openapi({ description: "It ends when the battery has this percentage." }),
    until: timeSchema("When it ends; at most 30 days from now. Not by itself when left out.", Math.floor),
  })
  .openapi("NewLostMode");

const instant = z.iso.datetime();

const lostSchema = z
  .strictObject({
    intervalS: z.number().int(),
    sound: z.boolean(),
    floorPercent: z.number().int(),
    until: instant.nullable(),
    startedAt: instant,
    ended: z
      .strictObject({ at: instant, by: z.enum(["owner", "until", "battery"]) })
      .nullable()
      .openapi({ description: "null while it is on. `battery`: the floor was reached." }),
    tag: z.enum(["waiting", "on", "over", "too-old"]).openapi({
      description:
        "`waiting`: the tag has not got it yet. `on`: it says that it is in it. `over`: it has ended it, or never began because the battery is " +
        "at the floor. `too-old`: its firmware does not know it. Of one that has ended: as the tag last said.",
    }),
  })
  .openapi("LostMode");

const hours = z.number().int();

const costSchema = z
  .strictObject({
    intervalS: z.number().int(),
    floorPercent: z.number().int(),
    batteryPercent: z.number().int().nullable().openapi({ description: "null when the tag never said it." }),
    hours: z
      .strictObject({ expected: hours, least: hours, most: hours })
      .nullable()
      .openapi({
        description:
          "Until the floor, by a model of the tag's parts (docs/energy.md): as expected, under a roof, and under an open sky. The buzzer is not in " +
          "it; an old cell, cold and bad coverage shorten it, by half at worst.",
      }),
  })
  .openapi("LostCost");

const lostViewSchema = z
  .strictObject({
    lost: lostSchema.nullable().openapi({ description: "The newest; null when there never was one." }),
    cost: costSchema,
  })
  .openapi("LostView");

const answer = { content: { "application/json": { schema: lostViewSchema } } };

const querySchema = z.strictObject({
  intervalS: z.coerce.number().pipe(intervalSchema).optional(),
  floorPercent: z.coerce.number().pipe(floorSchema).optional(),
});

const readRoute = createRoute({
  method: "get",
  path: "/tags/{id}/lost",
  operationId: "readLostMode",
  summary: "Lost mode, and what it costs",
  description:
    "Ask with `intervalS` and `floorPercent` what it would cost before you turn it on; without them `cost` is of the one that is on, or of the usual one.",
  tags: ["commands"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema, query: querySchema },
  responses: {
    200: { description: "Lost mode.", ...answer },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "not-found"),
  },
});

const setRoute = createRoute({
  method: "put",
  path: "/tags/{id}/lost",
  operationId: "setLostMode",
  summary: "Say that the cat is lost",
  description:
    "The tag takes a fix and reports it each interval, also while the cat sleeps, until you end it, the time is over or the battery is at the floor. It " +
    "is a part of the settings: the tag has it after its next contact, and keeps it over a restart.",
  tags: ["commands"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: {
    params: tagParamsSchema,
    body: { required: true, content: { "application/json": { schema: newLostSchema } } },
  },
  responses: {
    200: { description: "Lost mode as it is now.", ...answer },
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "not-found", "conflict"),
  },
});

const endRoute = createRoute({
  method: "delete",
  path: "/tags/{id}/lost",
  operationId: "endLostMode",
  summary: "Say that the cat is found",
  tags: ["commands"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema },
  responses: { 204: { description: "It is not on." }, ...problemAnswers(...OWNER_PROBLEMS, "not-found") },
});

function lostBody(lost: NonNullable<LostView["lost"]>): z.infer<typeof lostSchema> {
  const { intervalS, hasSound, floorPercent, until, startedAt, ended, tag } = lost;
  return {
    ...{ intervalS, sound: hasSound, floorPercent, tag },
    until: until === undefined ? null : rfc3339(until),
    startedAt: rfc3339(startedAt),
    ended: ended === undefined ? null : { at: rfc3339(ended.at), by: ended.by },
  };
}

function viewBody(
  { lost, batteryPercent: percent }: LostView,
  asked: z.infer<typeof querySchema> = {},
): z.infer<typeof lostViewSchema> {
  const of = lost === undefined || lost.ended !== undefined ? USUAL : lost;
  const { intervalS = of.intervalS, floorPercent = of.floorPercent } = asked;
  const hours = percent === undefined ? null : lostHours({ percent, floorPercent, intervalS });
  const cost = { intervalS, floorPercent, batteryPercent: percent ?? null, hours };
  return { lost: lost === undefined ? null : lostBody(lost), cost };
}

/** What the body means at that moment; throws a problem for an end that is past or far away. */
function draftOf(body: z.infer<typeof newLostSchema>, now: number): LostDraft {
  const { intervalS, sound: hasSound, floorPercent, until } = body;
  if (until !== undefined && until <= now) throw invalidUntil("until is not in the future.");
  if (until !== undefined && until > now + MAX_UNTIL_S)
    throw invalidUntil("until is at most 30 days from now.");
  return { intervalS, hasSound, floorPercent, until };
}

function invalidUntil(message: string): Error {
  return refuse("invalid-request", message, [{ field: "until", message }]);
}

function conflict(message: string, field: string): () => Error {
  return () => refuse("conflict", message, [{ field, message }]);
}

type Refusal = Extract<LostOutcome, { kind: "refused" }>["reason"];

const REFUSALS: Readonly<Record<Refusal, () => Error>> = {
  "not-found": notFound,
  "clock-not-trusted": clockNotTrusted,
  revoked: conflict("The tag's certificate was revoked: it cannot be reached any more.", "id"),
  "battery-too-low": conflict(
    "The battery is at this floor already. Charge the tag, or choose a lower one.",
    "floorPercent",
  ),
};

/** /v1/tags/{id}/lost. */
export function lostRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(readRoute, async (c) => {
      const view = orNotFound(await c.get("view").lost(c.req.valid("param").id));
      return c.json(viewBody(view, c.req.valid("query")), 200);
    })
    .openapi(setRoute, async (c) => {
      const { id } = c.req.valid("param");
      const outcome = await c.get("view").setLost(id, draftOf(c.req.valid("json"), deps.now()));
      if (outcome.kind === "refused") throw REFUSALS[outcome.reason]();
      deps.logAct("tag.lost", id);
      return c.json(viewBody(orNotFound(await c.get("view").lost(id))), 200);
    })
    .openapi(endRoute, async (c) => {
      const { id } = c.req.valid("param");
      orNotFound(await c.get("view").endLost(id));
      deps.logAct("tag.lost-ended", id);
      return c.body(null, 204);
    });
}
