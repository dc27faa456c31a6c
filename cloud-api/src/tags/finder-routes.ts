import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { degreesFromE7, latE7FromDegrees, lonE7FromDegrees } from "@purrimeter/protocol/values";
import type { FinderDraft, FinderReport } from "@purrimeter/store/finder-reports";
import { normalisePrintedCode } from "@purrimeter/store/printed-code";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, BODY_PROBLEMS, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { orNotFound, notFound, tagParamsSchema } from "../lists/or-not-found.ts";
import { subscriberKey } from "../edge/edge.ts";
import { spend } from "../edge/spend.ts";
import { networkOf } from "../edge/observe-answers.ts";
import { listQuerySchema } from "../lists/list-query.ts";
import { pageOfList } from "../lists/page-of-list.ts";
import { readJsonBody } from "../edge/read-json-body.ts";
import { unreadableSchema } from "./tag-schema.ts";
import { rfc3339 } from "../lists/rfc3339.ts";

/** A message, a contact and a place. */
const MAX_BODY_BYTES = 4_096;
const MAX_MESSAGE_LENGTH = 500;
const MAX_CONTACT_LENGTH = 200;

const PUBLIC_PROBLEMS = ["misdirected-request", "too-many-requests", "internal-error", "not-found"] as const;

const paramsSchema = z.object({
  code: z.string().openapi({ param: { name: "code", in: "path" }, example: "7K2QF-9XWDA" }),
});

const foundTagSchema = z
  .strictObject({
    kind: z.literal("cat-tag"),
    message: z.string().openapi({ example: "This is the tag of a cat." }),
  })
  .openapi("FoundTag");

const placeSchema = z.strictObject({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) });

const reportSchema = z
  .strictObject({
    message: z.string().trim().min(1).max(MAX_MESSAGE_LENGTH),
    contact: z
      .string()
      .trim()
      .min(1)
      .max(MAX_CONTACT_LENGTH)
      .optional()
      .openapi({ description: "How the owner may answer, if you want it." }),
    place: placeSchema.optional(),
  })
  .openapi("FoundReportDraft");

const foundReportSchema = z
  .strictObject({
    id: z.string(),
    at: z.iso.datetime(),
    message: z.string().nullable().openapi({ description: "null when the report is unreadable." }),
    contact: z.string().nullable(),
    place: placeSchema.nullable(),
    unreadable: unreadableSchema,
  })
  .openapi("FoundReport");

const lookUpRoute = createRoute({
  method: "get",
  path: "/found/{code}",
  operationId: "lookUpFoundTag",
  summary: "What is this that I found?",
  description: "For the code printed on a tag. Says nothing of its owner, not even whether there is one.",
  tags: ["found"],
  request: { params: paramsSchema },
  responses: {
    200: {
      description: "It is one of our tags.",
      content: { "application/json": { schema: foundTagSchema } },
    },
    ...problemAnswers(...PUBLIC_PROBLEMS),
  },
});

const reportRoute = createRoute({
  method: "post",
  path: "/found/{code}",
  operationId: "reportFoundTag",
  summary: "Tell the owner that you found it",
  description:
    "Kept sealed for the tag's owner, if it has one: of one address three reports at most. Nothing else of you is kept but a keyed hash of your address.",
  tags: ["found"],
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: {
    params: paramsSchema,
    body: { required: true, content: { "application/json": { schema: reportSchema } } },
  },
  responses: { 204: { description: "Taken." }, ...problemAnswers(...PUBLIC_PROBLEMS, ...BODY_PROBLEMS) },
});

const listRoute = createRoute({
  method: "get",
  path: "/tags/{id}/found",
  operationId: "listFoundReports",
  summary: "What people wrote who found your tag",
  description: "At most a hundred, oldest first; of one address at most three.",
  tags: ["found"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema, query: listQuerySchema },
  responses: {
    200: {
      description: "Reports.",
      content: {
        "application/json": {
          schema: z
            .strictObject({ items: z.array(foundReportSchema), next: z.string().nullable() })
            .openapi("FoundReportList"),
        },
      },
    },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "invalid-cursor", "not-found"),
  },
});

function draftOf({ message, contact, place }: z.infer<typeof reportSchema>): FinderDraft {
  const latE7 = place && latE7FromDegrees(place.lat);
  const lonE7 = place && lonE7FromDegrees(place.lon);
  const e7 = latE7 === undefined || lonE7 === undefined ? undefined : { latE7, lonE7 };
  return { message, contact, place: e7 };
}

/** Row numbers in text ascend as they do in number. */
function reportBody({ id, at, message, contact, place }: FinderReport): z.infer<typeof foundReportSchema> {
  return {
    id: String(id).padStart(16, "0"),
    at: rfc3339(at),
    message: message ?? null,
    contact: contact ?? null,
    place: place ? { lat: degreesFromE7(place.latE7), lon: degreesFromE7(place.lonE7) } : null,
    ...(message === undefined && { unreadable: true as const }),
  };
}

/** Who guesses codes is counted; who mistypes one is not told apart from them. */
function noSuchTag({ alarms }: Pick<Dependencies, "alarms">, code: string, address: string): Error {
  const object = normalisePrintedCode(code);
  alarms.observe({ event: "found-code.wrong", network: networkOf(address), object });
  return notFound();
}

/** /v1/found/{code}, for anybody, and /v1/tags/{id}/found. */
export function foundRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(lookUpRoute, async (c) => {
      spend(deps.finderRates, `look ${subscriberKey(c.get("clientAddress"))}`);
      const { code } = c.req.valid("param");
      if (!(await deps.finderReports.isTag(code))) throw noSuchTag(deps, code, c.get("clientAddress"));
      return c.json({ kind: "cat-tag" as const, message: "This is the tag of a cat." }, 200);
    })
    .openapi(reportRoute, async (c) => {
      const { code } = c.req.valid("param");
      const subscriber = subscriberKey(c.get("clientAddress"));
      spend(deps.finderRates, `write ${subscriber}`);
      if (!(await deps.finderReports.isTag(code))) throw noSuchTag(deps, code, c.get("clientAddress"));
      spend(deps.finderTagRates, `${normalisePrintedCode(code)} ${subscriber}`);
      await deps.finderReports.report(code, draftOf(c.req.valid("json")), subscriber);
      return c.body(null, 204);
    })
    .openapi(listRoute, async (c) => {
      const { id } = c.req.valid("param");
      const reports = orNotFound(await c.get("view").finderReports(id)).map(reportBody);
      const scope = { route: "found", owner: c.get("owner"), tag: id };
      return c.json(pageOfList(reports, c.req.valid("query"), deps.cursors, scope), 200);
    });
}
