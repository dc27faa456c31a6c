import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { exportAccountRoute, exportStateSchema } from "@purrimeter/auth-api/account";
import { accountDataRoute, accountDataSchema } from "@purrimeter/auth-api/internal";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { EXPORT_KEPT_S } from "@purrimeter/store/account-exports";
import type { ExportState } from "@purrimeter/store/account-exports-view";
import type { OwnerView } from "@purrimeter/store/owner-view";
import { BLOCK_BYTES } from "@purrimeter/store/sealed-file";
import { ask, mount, passOn } from "../accounts/mount.ts";
import { BEARER_SECURITY, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import { refuse } from "../edge/problem.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { orNotFound } from "../lists/or-not-found.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import { byteRange, type ByteRange } from "./byte-range.ts";
import { GoneError } from "./location-pages.ts";

const ZIP = "application/zip";
const ID = /^[\da-f]{32}$/;

const readRoute = createRoute({
  method: "get",
  path: "/account/export/{id}",
  operationId: "readAccountExport",
  summary: "An archive of yours: how far it is, or the archive",
  description:
    "`application/json` with the state while it is being made or when it failed, then the archive. A Range of bytes is answered with 206, so that a download that broke off goes on.",
  tags: ["auth"],
  security: BEARER_SECURITY,
  request: { params: z.strictObject({ id: z.string() }) },
  responses: {
    200: {
      description: "The state, or the archive.",
      content: { "application/json": { schema: exportStateSchema }, [ZIP]: { schema: z.string() } },
    },
    206: { description: "A part of the archive.", content: { [ZIP]: { schema: z.string() } } },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "not-found", "range-not-satisfiable"),
  },
});

type Deps = Pick<Dependencies, "archives" | "auth" | "logAct" | "now">;

/** /v1/account/export: asking for an archive of the account, and fetching it. */
export function accountExportRoutes(deps: Deps): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>({ defaultHook: onInvalid });
  mount(app, exportAccountRoute, async (context) => {
    const answer = await ask(deps.auth, context, accountDataRoute);
    if (answer.status >= 400) return passOn(context, answer);
    const started = await deps.archives.start(context.get("view"), accountDataSchema.parse(answer.body));
    if (started === "too-many")
      throw refuse("too-many-requests", "An account may ask for three archives a day.", undefined, {
        "Retry-After": "3600",
      });
    if (started === "busy")
      throw refuse("unavailable", "Many archives are being made. Try again later.", undefined, {
        "Retry-After": "60",
      });
    deps.logAct("account.exported");
    const state = orNotFound(await context.get("view").exportState(started.id));
    return context.json(stateBody(state), 202, { Location: `/v1/account/export/${started.id}` });
  });
  app.openapi(readRoute, async (context) => {
    const { id } = context.req.valid("param");
    const view = context.get("view");
    const state = orNotFound(ID.test(id) ? await view.exportState(id) : "not-found");
    if (state.state !== "ready") return context.json(stateBody(state), 200);
    return archiveAnswer(context, view, state);
  });
  return app;
}

function stateBody({ state, createdAt }: ExportState): z.infer<typeof exportStateSchema> {
  const expiresAt = createdAt + EXPORT_KEPT_S;
  return { state, createdAt: rfc3339(createdAt as never), expiresAt: rfc3339(expiresAt as never) };
}

function archiveAnswer(context: Context<Env>, view: OwnerView, { id, bytes }: ExportState): Response {
  const tag = `"${id}"`;
  const condition = context.req.header("if-range");
  const asked = condition === undefined || condition === tag ? context.req.header("range") : undefined;
  const range = byteRange(asked, bytes);
  if (range === "unsatisfiable")
    throw refuse("range-not-satisfiable", `The archive has ${bytes} bytes.`, undefined, {
      "Content-Range": `bytes */${bytes}`,
    });
  const { first, last } = range ?? { first: 0, last: bytes - 1 };
  const headers = {
    "Content-Type": ZIP,
    "Content-Disposition": 'attachment; filename="purrimeter-account.zip"',
    "Content-Length": String(last - first + 1),
    "Accept-Ranges": "bytes",
    ETag: tag,
    ...(range !== undefined && { "Content-Range": `bytes ${first}-${last}/${bytes}` }),
  };
  const status = range === undefined ? 200 : 206;
  if (context.req.method === "HEAD") return context.body(null, status, headers);
  return context.body(archiveStream(view, id, { first, last }), status, headers);
}

/** A block at a time, when the reader takes it. An archive that is erased meanwhile ends with an error. */
function archiveStream(view: OwnerView, id: string, { first, last }: ByteRange): ReadableStream<Uint8Array> {
  let next = first;
  return new ReadableStream(
    {
      pull: async (controller) => {
        const block = Math.floor(next / BLOCK_BYTES);
        const bytes = await view.readExport(id, block);
        if (bytes === "not-found") throw new GoneError("the archive is not there any more");
        const start = block * BLOCK_BYTES;
        const part = bytes.subarray(next - start, last + 1 - start);
        controller.enqueue(new Uint8Array(part));
        next = start + bytes.length;
        if (next > last) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
