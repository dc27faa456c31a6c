import { ACCOUNT_ROUTES } from "@purrimeter/auth-api/routes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { createClaimCode } from "@purrimeter/store/claim-code";
import { makeTestApi } from "./testing/test-api.ts";
import type { Answer, Ask, TestApi, TestOwner } from "./testing/test-api.ts";
import { askAlertRoutes, askChangesOfShares } from "./testing/ask-alert-routes.ts";
import { rfc3339 } from "./lists/rfc3339.ts";
import { NOW_S } from "./testing/test-keys.ts";
import { exitAt, fixAt, record } from "./testing/test-reports.ts";

interface ResponseConfig {
  readonly content?: Record<string, { readonly schema: z.ZodType }>;
}

interface Operation {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly responses: Record<string, { readonly content?: Record<string, unknown> }>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

let api: TestApi;
let owner: TestOwner;
let tag: TagId;
let document: Document;

beforeAll(async () => {
  api = await makeTestApi();
  owner = await api.owner();
  tag = await api.claimedTag(owner);
  await record(api.store, tag, [fixAt(NOW_S - 60), exitAt(NOW_S - 50, 9, 1)]);
  document = JSON.parse((await api.ask("/v1/openapi.json")).text) as Document;
});

afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

const operations = (): [string, string, Operation][] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, string, Operation] => [path, method, operation]),
  );

/** The schema that a route declares for a status and media type. */
function declared(path: string, method: string, status: number, mediaType: string): z.ZodType | undefined {
  for (const definition of api.app.openAPIRegistry.definitions) {
    if (definition.type !== "route" || definition.route.path !== path || definition.route.method !== method)
      continue;
    const response = definition.route.responses[status] as ResponseConfig | undefined;
    return response?.content?.[mediaType]?.schema;
  }
  return undefined;
}

function expectDeclared(path: string, method: string, { status, headers, body }: Answer): void {
  const operation = document.paths[path]?.[method];
  expect(Object.keys(operation?.responses ?? {}), `${method} ${path}`).toContain(String(status));
  if (body === undefined) return;
  const schema = declared(path, method, status, headers.get("content-type") ?? "");
  const result = schema?.safeParse(body);
  expect(result?.error, `${method} ${path} ${status}`).toBeUndefined();
  expect(result?.success, `${method} ${path} ${status} declares ${headers.get("content-type")}`).toBe(true);
}

describe("the OpenAPI document", () => {
  it("is 3.1, its references resolve and its ids are unique", () => {
    expect(document.openapi).toBe("3.1.0");
    const references = JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g);
    const names = new Set([...references].map(([, name]) => name ?? ""));
    expect(names.size).toBeGreaterThan(10);
    for (const name of names) expect(document.components.schemas).toHaveProperty(name);
    const ids = operations().map(([, , { operationId }]) => operationId);
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("has every route and no other", () => {
    const routes = api.app.routes.filter(({ path, method }) => method !== "ALL" && !path.includes("*"));
    const served = new Set(
      routes.map(({ path, method }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`),
    );
    expect(
      operations()
        .map(([path, method]) => `${method} ${path}`)
        .sort(),
    ).toEqual([...served].sort());
  });

  it("says which routes need a token, and they do", async () => {
    for (const [path, method, { security }] of operations()) {
      const { status } = await api.ask(path.replaceAll(/\{\w+\}/g, "x"), { method: method.toUpperCase() });
      expect(status === 401, `${method} ${path}`).toBe(security !== undefined);
    }
  });

  it("declares that a path with an id may be refused", () => {
    for (const [path, method, { responses }] of operations().filter(([of]) => of.includes("{")))
      expect(Object.keys(responses), `${method} ${path}`).toContain("400");
  });

  it("declares problems as problems", () => {
    for (const [path, method, { responses }] of operations())
      for (const [status, { content }] of Object.entries(responses))
        // Load balancers read the status of /v1/ready: its 503 is the answer, not a problem.
        if (Number(status) >= 400 && !(path === "/v1/ready" && status === "503"))
          expect(Object.keys(content ?? {}), `${method} ${path} ${status}`).toEqual([
            "application/problem+json",
          ]);
  });
});

const TAG_PATH = "/v1/tags/{id}";

/** The accounts' routes, which account-life.test.ts asks of the real authentication service. */
const ACCOUNTS = [
  ...ACCOUNT_ROUTES.map(({ method, path }) => `${method} /v1/auth${path}`),
  "delete /v1/account",
  "post /v1/account/export",
];

type TagAsk = Ask & { share?: string; at?: string; command?: string };

/** Asks a route, and expects that it declares the answer. `id` stands for its first parameter. */
type AskTag = (path: string, method: string, id: string, ask?: TagAsk, query?: string) => Promise<Answer>;

/** Files of locations, and changes and deletions of them. */
async function askHistory(ask: AskTag): Promise<void> {
  for (const id of [tag, "nobody"]) {
    for (const query of ["?format=csv", "?format=gpx", "?format=geojson", "?format=x", ""])
      await ask(`${TAG_PATH}/export`, "get", id, {}, query);
    for (const at of [rfc3339((NOW_S - 60) as UnixSeconds), "2020-01-01T00:00:00Z", "x"])
      await ask(`${TAG_PATH}/locations/{at}`, "patch", id, { at, body: { suspect: true } });
    await ask(`${TAG_PATH}/locations/{at}`, "patch", id, { at: "x", body: {} });
    const year = "?from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00Z";
    for (const query of [year, "", "?from=x"]) await ask(`${TAG_PATH}/locations`, "delete", id, {}, query);
  }
}

/** Commands and lost mode. */
async function askCommands(ask: AskTag): Promise<void> {
  for (const id of [tag, "nobody"]) {
    const path = `${TAG_PATH}/commands`;
    const headers = { "idempotency-key": "k" };
    for (const body of [{ kind: "buzz" }, { kind: "buzz" }, { kind: "light" }, { kind: "x" }, "x"])
      await ask(path, "post", id, { body, headers });
    const given = await ask(path, "post", id, { body: { kind: "locate" } });
    await ask(path, "get", id);
    for (const command of [String(given.body.id), "x"])
      await ask(`${path}/{command}`, "get", id, { command });
    for (const body of [{}, { until: "x" }, "x"]) await ask(`${TAG_PATH}/lost`, "put", id, { body });
    for (const query of ["", "?intervalS=x"]) await ask(`${TAG_PATH}/lost`, "get", id, {}, query);
    await ask(`${TAG_PATH}/lost`, "delete", id);
  }
}

describe("every route answers what it declares", () => {
  const tried = new Set<string>();
  const ask = async (
    path: string,
    method: string,
    id: string,
    { share = "", at = "", command = "", ...more }: TagAsk = {},
    query = "",
  ): Promise<Answer> => {
    tried.add(`${method} ${path}`);
    const filled =
      path
        .replace(/\{\w+\}/, id)
        .replace("{share}", share)
        .replace("{command}", command)
        .replace("{at}", at) + query;
    const answer = await api.ask(filled, { method: method.toUpperCase(), token: owner.token, ...more });
    expectDeclared(path, method, answer);
    return answer;
  };

  it("for good and for bad requests", async () => {
    const shape = { type: "Circle", center: [-30, 1], radiusM: 75 };
    const geofence = { name: "Garden", tagIds: [tag], shape };
    const tagPath = TAG_PATH;
    const fencePath = "/v1/geofences/{id}";
    await ask("/v1/health", "get", "");
    await ask("/v1/ready", "get", "");
    await ask("/v1/openapi.json", "get", "");
    await ask("/.well-known/security.txt", "get", "");
    await ask("/v1/problems/{name}", "get", "not-found");
    await ask("/v1/problems/{name}", "get", "nothing");
    await ask("/v1/account", "get", "");
    await ask("/v1/account", "patch", "", { body: { retentionDays: 30, afterwards: "totals" } });
    await ask("/v1/account", "patch", "", { body: { language: "de", timeZone: "Europe/Zurich" } });
    await ask("/v1/account", "patch", "", { body: { retentionDays: 0 } });
    await ask("/v1/account", "patch", "", { body: "x" });
    await ask("/v1/tags", "get", "");
    await ask("/v1/tags", "get", "", {}, "?limit=0");
    await ask("/v1/tags", "get", "", {}, "?cursor=x");
    await ask("/v1/tags", "get", "", { token: undefined });
    const code = createClaimCode();
    await api.store.registry.register("cat-openapi" as TagId, code, NOW_S as never);
    await ask("/v1/tags/claim", "post", "", { body: { code, name: "Tom" } });
    await ask("/v1/tags/claim", "post", "", { body: { code } });
    for (const id of [tag, "nobody"]) {
      await ask(tagPath, "get", id);
      await ask(tagPath, "patch", id, { body: { name: "Mia" } });
      await ask(tagPath, "patch", id, { body: { name: "" } });
      for (const query of ["", "?format=geojson", "?from=x", "?cursor=x"])
        await ask(`${tagPath}/locations`, "get", id, {}, query);
      for (const query of ["", "?format=geojson", "?format=x"])
        await ask(`${tagPath}/locations/latest`, "get", id, {}, query);
      for (const query of ["", "?limit=x"]) await ask(`${tagPath}/events`, "get", id, {}, query);
      await ask(`${tagPath}/totals`, "get", id);
      await ask(`${tagPath}/totals`, "get", id, {}, "?cursor=x");
    }
    await askHistory(ask);
    await askCommands(ask);
    await askAlertRoutes(ask, tag);
    await ask("/v1/account/export/{id}", "get", "a".repeat(32));
    const made = await ask("/v1/geofences", "post", "", { body: geofence });
    await ask("/v1/geofences", "post", "", { body: { ...geofence, tagIds: ["nobody"] } });
    await ask("/v1/geofences", "post", "", { body: "x".repeat(1_100_000) });
    await ask("/v1/geofences", "post", "", { body: "x", headers: { "content-type": "text/plain" } });
    await ask("/v1/geofences", "get", "");
    const id = made.body.id;
    await ask(fencePath, "get", id);
    await ask(fencePath, "get", id, { headers: { "if-none-match": '"1"' } });
    await ask(fencePath, "get", "nobody");
    for (const headers of [{}, { "if-match": '"9"' }, { "if-match": "x" }, { "if-match": '"1"' }]) {
      await ask(fencePath, "put", id, { headers: headers, body: geofence });
      await ask(fencePath, "delete", id, { headers: headers });
    }
    await ask(fencePath, "delete", id, { headers: { "if-match": "*" } });
    const sharesPath = `${tagPath}/shares`;
    for (const body of [
      { kind: "live" },
      { kind: "history", historyFrom: "2026-01-01T00:00:00Z", endsAt: "2036-01-01T00:00:00Z", name: "Mum" },
      { kind: "live", endsAt: "2020-01-01T00:00:00Z" },
      { kind: "live", historyFrom: "2020-01-01T00:00:00Z" },
      { kind: "all" },
    ])
      await ask(sharesPath, "post", tag, { body });
    const invited = await ask(sharesPath, "post", tag, { body: { kind: "history" } });
    const friend = (await api.owner()).token;
    const accept = { body: { code: invited.body.code }, token: friend };
    const held = await ask("/v1/shares/accept", "post", "", accept);
    await ask("/v1/shares/accept", "post", "", accept);
    for (const id of [tag, "nobody"])
      for (const query of ["", "?limit=1", "?cursor=x"]) await ask(sharesPath, "get", id, {}, query);
    for (const query of ["", "?limit=0", "?cursor=x"])
      await ask("/v1/shares", "get", "", { token: friend }, query);
    for (const query of ["", "?format=geojson"]) {
      await ask(`${tagPath}/locations`, "get", tag, { token: friend }, query);
      await ask(`${tagPath}/locations/latest`, "get", tag, { token: friend }, query);
    }
    for (const id of [tag, "nobody"]) await ask(`${tagPath}/live`, "get", id);
    await ask("/v1/live", "get", "");
    for (const id of [held.body.id, "nobody"]) await ask("/v1/shares/{id}", "delete", id, { token: friend });
    const invitation = (await ask(sharesPath, "post", tag, { body: { kind: "live" } })).body.share.id;
    await askChangesOfShares(ask, tag, [invitation, "nobody"]);
    for (const id of [invitation, "nobody"])
      await ask(`${tagPath}/shares/{share}`, "delete", tag, { share: id });
    while ((await ask(sharesPath, "post", tag, { body: { kind: "live" } })).status === 201);
    const transferPath = `${tagPath}/transfer`;
    await ask(transferPath, "get", tag);
    for (const id of [tag, "nobody"]) {
      await ask(transferPath, "post", id);
      await ask(transferPath, "get", id);
      await ask(transferPath, "delete", id);
      await ask(`${transferPath}/confirm`, "post", id, { body: { checkNumber: "1" } });
    }
    const offer = await ask(transferPath, "post", tag);
    await ask(`${transferPath}/confirm`, "post", tag, { body: { checkNumber: "1" } });
    const take = { body: { code: offer.body.code }, token: friend };
    const { checkNumber } = (await ask("/v1/transfers/accept", "post", "", take)).body;
    await ask("/v1/transfers/accept", "post", "", take);
    await ask(`${transferPath}/confirm`, "post", tag, { body: { checkNumber: "1" } });
    const printed = await api.store.registry.printedCode(tag);
    for (const name of [printed, "nobody"]) {
      await ask("/v1/found/{code}", "get", name);
      await ask("/v1/found/{code}", "post", name, { body: { message: "" } });
      await ask("/v1/found/{code}", "post", name, { body: { message: "On the porch" } });
      const all = { message: "On the porch", contact: "a@b.c", place: { lat: 1, lon: 180 } };
      await ask("/v1/found/{code}", "post", name, { body: all });
    }
    for (const id of [tag, "nobody"])
      for (const query of ["", "?limit=1", "?cursor=x"]) await ask(`${tagPath}/found`, "get", id, {}, query);
    await ask(`${transferPath}/confirm`, "post", tag, { body: { checkNumber } });
    for (const id of [tag, "cat-openapi"]) await ask(tagPath, "delete", id);
    const { token: operator } = await api.owner(["operator"]);
    for (const query of ["", "?limit=1", "?cursor=x", "?limit=0"]) {
      await ask("/v1/operator/tags", "get", "", { token: operator }, query);
      // What it answers with the accounts at hand, audit-routes.test.ts asks.
      await ask("/v1/audit", "get", "", {}, query);
    }
    await ask("/v1/operator/tags", "get", "");
    await ask("/v1/operator/totals", "get", "", { token: operator });
    await ask("/v1/operator/totals", "get", "");
    for (const id of [tag, "nobody"]) {
      await ask("/v1/operator/tags/{id}/code", "post", id, { token: operator });
      await ask("/v1/operator/tags/{id}/revoke", "post", id, { token: operator });
    }
    expect([...tried, ...ACCOUNTS].sort()).toEqual(
      operations()
        .map(([path, method]) => `${method} ${path}`)
        .sort(),
    );
  });
});
