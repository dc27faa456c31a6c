import { SCOPES } from "@purrimeter/auth-api/access-tokens";
import { eraseAccountRoute } from "@purrimeter/auth-api/account";
import { ACCOUNT_ROUTES } from "@purrimeter/auth-api/routes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { createClaimCode } from "@purrimeter/store/claim-code";
import { ACCESS } from "./access-table.ts";
import type { AuthAnswer } from "./auth-service.ts";
import type { Access } from "./access-table.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import { done, invitation, makeWorld, SHAPE, type World } from "../testing/access-world.ts";
import { ALERT_USES, type AlertIds } from "../testing/alert-uses.ts";
import { authAnswer } from "../testing/auth-answer.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { Answer, Ask, TestApi, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";

let api: TestApi;
/** What the authentication service answers next: who may ask it is the matter here, not what it says. */
let yes: AuthAnswer;

beforeAll(async () => {
  api = await makeTestApi({
    auth: { call: () => Promise.resolve(yes) },
    securityContact: "mailto:security@example.org",
  });
});

afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

/** How a route is used well: its path, the rest of the request, and the status of success. */
type GoodUse = (world: World, ids: Ids) => Promise<GoodAsk>;
type Ids = AlertIds & Readonly<Record<"tag" | "geofence" | "share", string>>;
type GoodAsk = readonly [path: string, ask: Ask, status: number];

const at =
  (path: string, status = 200, ask: Ask = {}): GoodUse =>
  () =>
    Promise.resolve([path, ask, status]);

const ofTag =
  (rest: string, status = 200, ask: (world: World) => Ask = () => ({})): GoodUse =>
  (world, ids) =>
    Promise.resolve([`/v1/tags/${ids.tag}${rest}`, ask(world), status]);

const ofGeofence =
  (status: number, ask: Ask = {}): GoodUse =>
  (_, ids) =>
    Promise.resolve([`/v1/geofences/${ids.geofence}`, ask, status]);

/** A route of the contract, which the authentication service says yes to. */
const authUse =
  ({ path, responses, ...route }: (typeof ACCOUNT_ROUTES)[number] | typeof eraseAccountRoute): GoodUse =>
  () => {
    const status = Math.max(
      ...Object.keys(responses)
        .map(Number)
        .filter((declared) => declared < 300),
    );
    const hasContent = "content" in (responses as Record<number, object>)[status]!;
    yes = authAnswer(status, hasContent ? {} : undefined);
    const ask = "request" in route && "body" in route.request ? { body: {} } : {};
    const whole = path === eraseAccountRoute.path && status === 204 ? `/v1${path}` : `/v1/auth${path}`;
    return Promise.resolve([whole.replace("{id}", "a".repeat(32)), ask, status]);
  };

let registered = 0;

/** A registered tag of nobody's. */
async function unclaimed(): Promise<{ id: TagId; code: string }> {
  const [id, code] = [`free-${registered++}` as TagId, createClaimCode()];
  await api.store.registry.register(id, code, NOW_S as UnixSeconds);
  return { id, code };
}

const GOOD_USES: Record<string, GoodUse> = {
  "GET /.well-known/security.txt": at("/.well-known/security.txt"),
  "GET /v1/openapi.json": at("/v1/openapi.json"),
  "GET /v1/health": at("/v1/health"),
  "GET /v1/ready": at("/v1/ready"),
  "GET /v1/problems/:name": at("/v1/problems/not-found"),
  ...Object.fromEntries(
    ACCOUNT_ROUTES.map((route) => [
      `${route.method.toUpperCase()} /v1/auth${route.path.replace("{id}", ":id")}`,
      authUse(route),
    ]),
  ),
  "GET /v1/account": at("/v1/account"),
  "PATCH /v1/account": at("/v1/account", 200, { body: { retentionDays: 30 } }),
  "POST /v1/account/export": () => {
    yes = authAnswer(200, { parts: {} });
    return Promise.resolve(["/v1/account/export", { body: {} }, 202]);
  },
  // None has such an archive: whose it is decides the store.
  "GET /v1/account/export/:id": at(`/v1/account/export/${"a".repeat(32)}`, 404),
  "DELETE /v1/account": authUse(eraseAccountRoute),
  "GET /v1/audit": () => {
    yes = authAnswer(200, { items: [], size: 0 });
    return Promise.resolve(["/v1/audit", {}, 200]);
  },
  "GET /v1/tags": at("/v1/tags"),
  "POST /v1/tags/claim": async () => ["/v1/tags/claim", { body: { code: (await unclaimed()).code } }, 201],
  "GET /v1/tags/:id": ofTag(""),
  "PATCH /v1/tags/:id": ofTag("", 200, () => ({ body: { name: "Tom" } })),
  "DELETE /v1/tags/:id": ofTag("", 204),
  "GET /v1/tags/:id/export": ofTag("/export?format=csv"),
  "DELETE /v1/tags/:id/locations": ofTag("/locations?from=1970-01-01T00:00:00Z&to=2001-01-01T00:00:00Z"),
  "PATCH /v1/tags/:id/locations/:at": ofTag(`/locations/${rfc3339(NOW_S as UnixSeconds)}`, 200, () => ({
    body: { suspect: false },
  })),
  "GET /v1/tags/:id/locations": ofTag("/locations"),
  "GET /v1/tags/:id/locations/latest": ofTag("/locations/latest"),
  "GET /v1/tags/:id/live": ofTag("/live"),
  "GET /v1/live": at("/v1/live"),
  "GET /v1/tags/:id/events": ofTag("/events"),
  "GET /v1/tags/:id/totals": ofTag("/totals"),
  "GET /v1/tags/:id/found": ofTag("/found"),
  "POST /v1/tags/:id/commands": ofTag("/commands", 201, () => ({ body: { kind: "buzz" } })),
  "GET /v1/tags/:id/commands": ofTag("/commands"),
  "GET /v1/tags/:id/commands/:command": async ({ owner, tag }, ids) => {
    const { id } = (await done(api, `/v1/tags/${tag}/commands`, owner, { kind: "light" })).body;
    return [`/v1/tags/${ids.tag}/commands/${id}`, {}, 200];
  },
  "GET /v1/geofences": at("/v1/geofences"),
  "POST /v1/geofences": (_, { tag }) =>
    Promise.resolve(["/v1/geofences", { body: { name: "x", tagIds: [tag], shape: SHAPE } }, 201]),
  "GET /v1/geofences/:id": ofGeofence(200),
  "PUT /v1/geofences/:id": ({ tag }, { geofence }) => {
    const body = { name: "x", tagIds: [tag], shape: SHAPE };
    return Promise.resolve([`/v1/geofences/${geofence}`, { headers: { "if-match": "*" }, body }, 200]);
  },
  "DELETE /v1/geofences/:id": ofGeofence(204, { headers: { "if-match": "*" } }),
  "GET /v1/tags/:id/shares": ofTag("/shares"),
  "POST /v1/tags/:id/shares": ofTag("/shares", 201, () => ({ body: { kind: "live" } })),
  "PATCH /v1/tags/:id/shares/:share": ({ liveShare }, { tag }) =>
    Promise.resolve([`/v1/tags/${tag}/shares/${liveShare}`, { body: { alerts: true } }, 200]),
  "DELETE /v1/tags/:id/shares/:share": ({ liveShare }, { tag }) =>
    Promise.resolve([`/v1/tags/${tag}/shares/${liveShare}`, {}, 204]),
  "GET /v1/shares": at("/v1/shares"),
  "POST /v1/shares/accept": async () => {
    const neighbour = await api.owner();
    const code = await invitation(api, neighbour, await api.claimedTag(neighbour), "live");
    return ["/v1/shares/accept", { body: { code } }, 201];
  },
  "DELETE /v1/shares/:id": (_, { share }) => Promise.resolve([`/v1/shares/${share}`, {}, 204]),
  ...ALERT_USES,
  "GET /v1/tags/:id/mute": ofTag("/mute"),
  "POST /v1/tags/:id/mute": ofTag("/mute", 200, () => ({ body: { until: "for-ever" } })),
  "GET /v1/tags/:id/transfer": ofTag("/transfer"),
  "POST /v1/tags/:id/transfer": ofTag("/transfer", 201),
  "DELETE /v1/tags/:id/transfer": ofTag("/transfer", 204),
  "POST /v1/tags/:id/transfer/confirm": ofTag("/transfer/confirm", 204, ({ checkNumber }) => ({
    body: { checkNumber },
  })),
  "POST /v1/transfers/accept": async () => {
    const neighbour = await api.owner();
    const tag = await api.claimedTag(neighbour);
    const { code } = (await done(api, `/v1/tags/${tag}/transfer`, neighbour)).body;
    return ["/v1/transfers/accept", { body: { code } }, 200];
  },
  "GET /v1/found/:code": async ({ tag }) => [
    `/v1/found/${await api.store.registry.printedCode(tag)}`,
    {},
    200,
  ],
  "POST /v1/found/:code": async ({ tag }) => [
    `/v1/found/${await api.store.registry.printedCode(tag)}`,
    { body: { message: "x" } },
    204,
  ],
  "GET /v1/operator/totals": at("/v1/operator/totals"),
  "GET /v1/operator/tags": at("/v1/operator/tags"),
  "POST /v1/operator/tags/:id/code": async () => {
    yes = authAnswer(200, { isLiving: false });
    return [`/v1/operator/tags/${(await unclaimed()).id}/code`, {}, 200];
  },
  "POST /v1/operator/tags/:id/revoke": async () => {
    yes = authAnswer(204, undefined);
    return [`/v1/operator/tags/${(await unclaimed()).id}/revoke`, {}, 204];
  },
};

type RoleAccess = Extract<Access, { who: "role" }>;
/** What the actor must get: success, or a refusal. */
type Wanted = "good" | 401 | 403 | 404;

interface Actor {
  readonly name: string;
  token(world: World, access: RoleAccess | undefined): Promise<string | undefined>;
  wanted(access: RoleAccess): Wanted;
}

const roleOnly =
  (...roles: string[]) =>
  (access: RoleAccess): Wanted =>
    access.roles.some((role) => roles.includes(role)) ? "good" : 403;

/** Of somebody who is an owner, but not of this. */
const foreign = (access: RoleAccess): Wanted => {
  if (!access.roles.includes("owner")) return 403;
  return access.object === "none" ? "good" : 404;
};

const viewer =
  (kind: "live" | "history") =>
  (access: RoleAccess): Wanted => {
    if (access.object === "share" && kind === "live") return "good";
    // These shares let nobody give commands.
    if (access.object !== "tag" || ["nothing", "commands"].includes(access.viewer)) return foreign(access);
    return access.viewer === "history" && kind === "live" ? 403 : "good";
  };

/** Whose the object of a route is: a share is its viewer's. */
const holder = ({ owner, liveViewer }: World, access: RoleAccess | undefined): TestOwner =>
  access?.object === "share" ? liveViewer : owner;

const withRoles = (...roles: string[]): Actor => ({
  name: roles.join(" and ") || "an account without roles",
  token: async () => (await api.owner(roles)).token,
  wanted: roleOnly(...roles),
});

const ACTORS: readonly Actor[] = [
  { name: "nobody", token: () => Promise.resolve(undefined), wanted: () => 401 },
  {
    name: "the owner",
    token: (world, access) => Promise.resolve(holder(world, access).token),
    wanted: roleOnly("owner"),
  },
  { name: "another owner", token: async () => (await api.owner()).token, wanted: foreign },
  {
    name: "a live viewer",
    token: ({ liveViewer }) => Promise.resolve(liveViewer.token),
    wanted: viewer("live"),
  },
  {
    name: "a viewer with history",
    token: ({ historyViewer }) => Promise.resolve(historyViewer.token),
    wanted: viewer("history"),
  },
  {
    name: "a former viewer",
    token: ({ formerViewer }) => Promise.resolve(formerViewer.token),
    wanted: foreign,
  },
  withRoles("operator"),
  withRoles("auditor"),
  withRoles("operator", "auditor"),
  withRoles(),
  withRoles("viewer"),
  {
    name: "the owner's operator without the owner's role",
    token: async (world, access) => (await api.tokenOf(holder(world, access).id, ["operator"])).token,
    wanted: roleOnly("operator"),
  },
  {
    name: "a personal token with the scope",
    token: async (world, access) =>
      (await api.tokenOf(holder(world, access).id, ["owner"], access?.scope ?? SCOPES.join(" "))).token,
    wanted: ({ roles, scope }) => (roles.includes("owner") && scope !== undefined ? "good" : 403),
  },
  {
    name: "a personal token with every other scope",
    token: async (world, access) => {
      const others = SCOPES.filter((scope) => scope !== access?.scope).join(" ");
      return (await api.tokenOf(holder(world, access).id, ["owner", "operator", "auditor"], others)).token;
    },
    wanted: () => 403,
  },
  {
    name: "an ended session",
    token: async (world, access) => {
      const { session, token } = await api.tokenOf(holder(world, access).id);
      api.ended.add(session, NOW_S + 600);
      return token;
    },
    wanted: () => 401,
  },
];

const routes = (): string[] => {
  const served = api.app.routes.filter(({ path, method }) => method !== "ALL" && !path.includes("*"));
  return [...new Set(served.map(({ path, method }) => `${method} ${path}`))].sort();
};

async function use(
  route: string,
  world: World,
  token: string | undefined,
  missing = false,
): Promise<[Answer, number]> {
  const id = "a".repeat(26);
  const none = { tag: "nobody", geofence: id, share: id, alert: id, rule: id, channel: id };
  const own = { ...world, share: world.liveShare };
  const [path, ask, good] = (await GOOD_USES[route]?.(world, missing ? none : own)) ?? ["", {}, 0];
  return [await api.ask(path, { ...ask, method: route.split(" ")[0] ?? "", token }), good];
}

/** What an account's own routes show is its own, whatever its roles. */
const isOwnAccount = (route: string): boolean => route.includes(" /v1/auth/");

describe("the table of access", () => {
  it("has every route and no other, and the test uses each", () => {
    expect(Object.keys(ACCESS).sort()).toEqual(routes());
    expect(Object.keys(GOOD_USES).sort()).toEqual(routes());
  });

  it("lets operators and auditors near no location", () => {
    const nearLocations = /location|live|event|found|geofence|share/;
    for (const [route, access] of Object.entries(ACCESS))
      if (access.who === "role" && !access.roles.every((role) => role === "owner"))
        expect(route).not.toMatch(nearLocations);
  });
});

const ROUTES = Object.entries(ACCESS);

describe.each(ROUTES)("%s", (route, access) => {
  const role = access.who === "role" ? access : undefined;

  it("answers each as the table says", async () => {
    let world = await makeWorld(api);
    for (const actor of ACTORS) {
      const [{ status, text }, good] = await use(route, world, await actor.token(world, role));
      const wanted = role === undefined ? "good" : actor.wanted(role);
      expect(status, `${actor.name}: ${text}`).toBe(wanted === "good" ? good : wanted);
      const isChanged = status < 300 && !route.startsWith("GET") && !isOwnAccount(route);
      if (isChanged) world = await makeWorld(api);
    }
  });
});

const namesObject = ([, access]: (typeof ROUTES)[number]): boolean =>
  access.who === "role" && !["none", "any-tag"].includes(access.object);

describe.each(ROUTES.filter(namesObject))("%s", (route) => {
  it("answers the same of a foreign thing and of none", async () => {
    const world = await makeWorld(api);
    for (const { token } of [await api.owner(), world.formerViewer]) {
      const [there] = await use(route, world, token);
      const [none] = await use(route, world, token, true);
      expect([there.status, there.text]).toEqual([404, none.text]);
      expect([...there.headers]).toEqual([...none.headers]);
    }
  });
});

/** Not the description of the interface, which says what is called what, nor what an account says of itself. */
const isOpenToStaff = ([route, access]: (typeof ROUTES)[number]): boolean =>
  (access.who === "anyone" || access.roles.some((name) => name !== "owner")) &&
  route !== "GET /v1/openapi.json" &&
  !isOwnAccount(route);

describe.each(ROUTES.filter(isOpenToStaff))("%s", (route) => {
  it("shows operators and auditors no place, no name and no owner", async () => {
    const world = await makeWorld(api);
    for (const roles of [["operator"], ["auditor"]]) {
      const [{ text }] = await use(route, world, (await api.owner(roles)).token);
      expect(text).not.toMatch(/"(lat|lon|coordinates|name|owner|email)"/);
      for (const secret of [world.owner.id, world.liveViewer.id, "Mimi", "Home"])
        expect(text).not.toContain(secret);
    }
  });
});
