import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Transfer } from "@purrimeter/store/transfer";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, BODY_PROBLEMS, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { orNotFound, notFound, tagParamsSchema } from "../lists/or-not-found.ts";
import { refuse } from "../edge/problem.ts";
import { readJsonBody } from "../edge/read-json-body.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import { codeSchema } from "./share-schema.ts";
import { clockNotTrusted } from "../tags/clock-not-trusted.ts";
import { wrongCode } from "../tags/wrong-code.ts";

const MAX_BODY_BYTES = 4_096;

const transferSchema = z
  .strictObject({
    offeredAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    acceptedAt: z.iso.datetime().nullable().openapi({ description: "null while nobody has accepted." }),
  })
  .openapi("Transfer");

const offeredSchema = z
  .strictObject({
    transfer: transferSchema,
    code: z.string().openapi({ description: "For the recipient. Works once. Shown only now." }),
  })
  .openapi("TransferOffer");

const acceptedSchema = z
  .strictObject({
    tag: z.strictObject({ id: z.string() }),
    expiresAt: z.iso.datetime(),
    checkNumber: z.string().openapi({
      description: "Tell it to the owner, who confirms with it: so they know that it was you who accepted.",
      example: "481516",
    }),
  })
  .openapi("AcceptedTransfer");

const confirmSchema = z
  .strictObject({ checkNumber: z.string().trim().min(1).max(16) })
  .openapi("Confirmation");

function json<Schema extends z.ZodType>(schema: Schema) {
  return { content: { "application/json": { schema } } };
}

const readRoute = createRoute({
  method: "get",
  path: "/tags/{id}/transfer",
  operationId: "readTransfer",
  summary: "Whether your tag is offered to somebody",
  tags: ["transfers"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema },
  responses: {
    200: { description: "The offer.", ...json(transferSchema) },
    ...problemAnswers(...OWNER_PROBLEMS, "not-found"),
  },
});

const offerRoute = createRoute({
  method: "post",
  path: "/tags/{id}/transfer",
  operationId: "offerTransfer",
  summary: "Offer your tag to another account",
  description: "The offer stands for three days; one that stood before is void.",
  tags: ["transfers"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema },
  responses: {
    201: { description: "The offer and its code.", ...json(offeredSchema) },
    ...problemAnswers(...OWNER_PROBLEMS, "not-found"),
  },
});

const cancelRoute = createRoute({
  method: "delete",
  path: "/tags/{id}/transfer",
  operationId: "cancelTransfer",
  summary: "Keep your tag after all",
  tags: ["transfers"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema },
  responses: {
    204: { description: "Nothing is offered." },
    ...problemAnswers(...OWNER_PROBLEMS, "not-found"),
  },
});

const acceptRoute = createRoute({
  method: "post",
  path: "/transfers/accept",
  operationId: "acceptTransfer",
  summary: "Accept a tag that is offered to you",
  description: "Nothing of the tag is yours before its owner confirms.",
  tags: ["transfers"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: { body: { required: true, ...json(codeSchema) } },
  responses: {
    200: { description: "Accepted; the owner's turn.", ...json(acceptedSchema) },
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "mail-not-verified"),
  },
});

const confirmRoute = createRoute({
  method: "post",
  path: "/tags/{id}/transfer/confirm",
  operationId: "confirmTransfer",
  summary: "Give your tag away",
  description:
    "A new ownership starts: the recipient sees nothing of your time and you nothing of theirs. Shares and geofences of the tag end.",
  tags: ["transfers"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: { params: tagParamsSchema, body: { required: true, ...json(confirmSchema) } },
  responses: {
    204: { description: "The tag is the recipient's." },
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "not-found", "conflict"),
  },
});

function transferBody({ offeredAt, expiresAt, acceptedAt }: Transfer): z.infer<typeof transferSchema> {
  return {
    offeredAt: rfc3339(offeredAt),
    expiresAt: rfc3339(expiresAt),
    acceptedAt: acceptedAt === undefined ? null : rfc3339(acceptedAt),
  };
}

function conflict(message: string): Error {
  return refuse("conflict", message, [{ field: "checkNumber", message }]);
}

/** /v1/tags/{id}/transfer and /v1/transfers/accept. */
export function transferRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(readRoute, async (c) => {
      const transfer = orNotFound(await c.get("view").transfer(c.req.valid("param").id));
      if (transfer === undefined) throw refuse("not-found", "The tag is not offered to anybody.");
      return c.json(transferBody(transfer), 200);
    })
    .openapi(offerRoute, async (c) => {
      const { id } = c.req.valid("param");
      const offer = orNotFound(await c.get("view").offerTransfer(id));
      if (offer === "clock-not-trusted") throw clockNotTrusted();
      const { code, transfer } = offer;
      deps.logAct("transfer.offered", id);
      return c.json({ code, transfer: transferBody(transfer) }, 201);
    })
    .openapi(cancelRoute, async (c) => {
      const { id } = c.req.valid("param");
      orNotFound(await c.get("view").cancelTransfer(id));
      deps.logAct("transfer.cancelled", id);
      return c.body(null, 204);
    })
    .openapi(acceptRoute, async (c) => {
      const { code } = c.req.valid("json");
      const accepted = await c.get("view").acceptTransfer(code);
      if (accepted === "wrong-code") throw wrongCode(deps, c, code);
      if (accepted === "clock-not-trusted") throw clockNotTrusted();
      const { tag, expiresAt, checkNumber } = accepted;
      deps.logAct("transfer.accepted", tag);
      return c.json({ tag: { id: tag }, expiresAt: rfc3339(expiresAt), checkNumber }, 200);
    })
    .openapi(confirmRoute, async (c) => {
      const { checkNumber } = c.req.valid("json");
      const { id } = c.req.valid("param");
      const outcome = await c.get("view").confirmTransfer(id, checkNumber);
      switch (outcome) {
        case "transferred":
          deps.logAct("transfer.confirmed", id);
          return c.body(null, 204);
        case "not-found":
          throw notFound();
        case "not-accepted":
          throw conflict("Nobody has accepted the offer yet.");
        case "wrong-check-number":
          throw conflict("This is not the number that the recipient was shown.");
        case "clock-not-trusted":
          throw clockNotTrusted();
      }
    });
}
