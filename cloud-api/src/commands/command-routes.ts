import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { TagId } from "@purrimeter/protocol/values";
import type { OwnerId } from "@purrimeter/store/owner-id";
import type { CommandsView, GiveRefusal } from "@purrimeter/store/command";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, BODY_PROBLEMS, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { refuse } from "../edge/problem.ts";
import { readJsonBody } from "../edge/read-json-body.ts";
import { notFound, orNotFound, tagParamsSchema } from "../lists/or-not-found.ts";
import { clockNotTrusted } from "../tags/clock-not-trusted.ts";
import {
  commandBody,
  commandDraftOf,
  commandSchema,
  givenCommandBody,
  givenCommandSchema,
  newCommandSchema,
} from "./command-schema.ts";

const MAX_BODY_BYTES = 4_096;
const MAX_KEY_LENGTH = 64;

function json<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { "application/json": { schema } } };
}

const keySchema = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]+$/, "Idempotency-Key is printable ASCII without spaces.")
    .max(MAX_KEY_LENGTH)
    .optional()
    .openapi({
      param: { name: "idempotency-key", in: "header" },
      description: "Your own key for this command: a repeat within a day gives the same command, status 200.",
    }),
});

const giveRoute = createRoute({
  method: "post",
  path: "/tags/{id}/commands",
  operationId: "giveCommand",
  summary: "Tell a tag to do something once",
  description:
    "Live, locate, buzz, light or stop. A tag listens when it reports, so a tag that is away gets it when it comes, if it is not void by then. " +
    "At most one of a kind is open: a second one replaces the first. For the owner, and viewers whose share has `commands`. A tag is given 30 an " +
    "hour (10 by one viewer), and its buzzer sounds 600 s an hour; `stop` is counted apart, 120 an hour of each account.",
  tags: ["commands"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: {
    params: tagParamsSchema,
    headers: keySchema,
    body: { required: true, content: { "application/json": { schema: newCommandSchema } } },
  },
  responses: {
    200: json("The command that this key gave before.", givenCommandSchema),
    201: json("The command.", givenCommandSchema),
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "not-found", "conflict"),
  },
});

const commandParamsSchema = tagParamsSchema.extend({
  command: z.string().openapi({ param: { name: "command", in: "path" } }),
});

const readRoute = createRoute({
  method: "get",
  path: "/tags/{id}/commands/{command}",
  operationId: "readCommand",
  summary: "What became of a command",
  tags: ["commands"],
  security: BEARER_SECURITY,
  request: { params: commandParamsSchema },
  responses: {
    200: json("The command.", commandSchema),
    ...problemAnswers(...OWNER_PROBLEMS, "not-found"),
  },
});

const listRoute = createRoute({
  method: "get",
  path: "/tags/{id}/commands",
  operationId: "listCommands",
  summary: "Commands to a tag",
  description: "The newest hundred, newest first; a viewer sees their own.",
  tags: ["commands"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema },
  responses: {
    200: json("Commands.", z.strictObject({ items: z.array(commandSchema) }).openapi("CommandList")),
    ...problemAnswers(...OWNER_PROBLEMS, "not-found"),
  },
});

function conflict(message: string, field: string): () => Error {
  return () => refuse("conflict", message, [{ field, message }]);
}

const REFUSALS: Readonly<Record<GiveRefusal, () => Error>> = {
  "not-found": notFound,
  "clock-not-trusted": clockNotTrusted,
  revoked: conflict("The tag's certificate was revoked: it cannot be reached any more.", "id"),
  "too-old": conflict("The tag's firmware is too old for this command.", "kind"),
  "key-reused": conflict("This key was used for another command.", "Idempotency-Key"),
};

/** The decimal number of a command; 0, which none has, for what is none. */
function idOf(text: string): number {
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
}

/** Whose commands somebody gives and sees. */
interface Asker {
  readonly view: CommandsView;
  /** undefined for the tag's owner. */
  readonly viewer: OwnerId | undefined;
}

/** As the tag's owner, or else as one whom the owner lets; throws a problem for anybody else. */
async function askerOf(deps: Dependencies, c: Context<Env>, tag: TagId): Promise<Asker> {
  const owner = c.get("view");
  if ((await owner.tag(tag)) !== "not-found") return { view: owner, viewer: undefined };
  const viewer = c.get("owner");
  const view = deps.forViewer(viewer);
  orNotFound(await view.commands(tag));
  return { view, viewer };
}

/** /v1/tags/{id}/commands. */
export function commandRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(giveRoute, async (c) => {
      const { id } = c.req.valid("param");
      const key = c.req.valid("header")["idempotency-key"];
      const draft = commandDraftOf(c.req.valid("json"), deps.now(), key);
      const { view, viewer } = await askerOf(deps, c, id);
      deps.commandRates.spend(id, draft, viewer);
      const outcome = await view.giveCommand(id, draft);
      if (outcome.kind === "refused") throw REFUSALS[outcome.reason]();
      const { command, isNew, nextContactAt } = outcome;
      const body = givenCommandBody(command, nextContactAt);
      if (!isNew) return c.json(body, 200);
      deps.logAct("command.given", id);
      return c.json(body, 201, { Location: `/v1/tags/${id}/commands/${command.id}` });
    })
    .openapi(readRoute, async (c) => {
      const { id, command } = c.req.valid("param");
      const { view } = await askerOf(deps, c, id);
      return c.json(commandBody(orNotFound(await view.command(id, idOf(command)))), 200);
    })
    .openapi(listRoute, async (c) => {
      const { id } = c.req.valid("param");
      const { view } = await askerOf(deps, c, id);
      const commands = orNotFound(await view.commands(id));
      return c.json({ items: commands.map(commandBody) }, 200);
    });
}
