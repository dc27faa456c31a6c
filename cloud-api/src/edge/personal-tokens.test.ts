import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AuthAnswer } from "./auth-service.ts";
import { serviceProblem } from "../testing/auth-answers.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { Answer, TestApi } from "../testing/test-api.ts";
import { NOW_S, randomId, signToken } from "../testing/test-keys.ts";

let api: TestApi;
let personal: string;
let sid: string;
let calls: unknown[];
let service: () => Promise<AuthAnswer>;
let nowS: number;

beforeAll(async () => {
  api = await makeTestApi({
    now: () => nowS as never,
    auth: {
      call: (call) => {
        calls.push(call);
        return service();
      },
    },
  });
});

beforeEach(() => {
  personal = `purr_pat_${randomBytes(32).toString("base64url")}`;
  [sid, calls, nowS] = [randomId(), [], NOW_S];
  service = exchange("tags:read");
});

afterAll(() => api.close());

const refusal = (name: string, status: number, retryAfter?: string): AuthAnswer => ({
  ...{ kind: "answer", status, body: serviceProblem(name, status), retryAfter },
});

function exchange(scope: string): () => Promise<AuthAnswer> {
  return async () => {
    const accessToken = await signToken(api.key, { sid, scope });
    return { kind: "answer", status: 200, body: { accessToken, expiresIn: 600 }, retryAfter: undefined };
  };
}

const read = (token = personal): Promise<Answer> => api.ask("/v1/tags", { token });

describe("a personal access token", () => {
  it("is exchanged once, with the client's address, and asked for anew before it ends", async () => {
    for (const { status } of await Promise.all([read(), read(), read()])) expect(status).toBe(200);
    expect((await read()).status).toBe(200);
    const call = { method: "POST", path: "/personal-tokens/exchange", clientAddress: "" };
    expect(calls).toEqual([{ ...call, body: { token: personal } }]);
    nowS = NOW_S + 571;
    await read();
    expect(calls).toHaveLength(2);
  });

  it("does what its scopes say and nothing else", async () => {
    expect((await read()).status).toBe(200);
    const write = { method: "PATCH", body: { name: "Tom" }, token: personal };
    const refused = await api.ask("/v1/tags/cat-1", write);
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([
      403,
      'Bearer error="insufficient_scope"',
    ]);
    for (const path of ["/v1/tags/cat-1/locations", "/v1/geofences", "/v1/auth/account", "/v1/auth/sessions"])
      expect((await api.ask(path, { token: personal })).status, path).toBe(403);
  });

  it("is refused at once when it has been ended, and stays refused", async () => {
    expect((await read()).status).toBe(200);
    api.ended.add(sid, NOW_S + 600);
    expect((await read()).status).toBe(401);
    service = () => Promise.resolve(refusal("unauthenticated", 401));
    nowS = NOW_S + 600;
    expect((await read()).status).toBe(401);
  });

  it("that is not known is asked about again, and none that cannot be one", async () => {
    service = () => Promise.resolve(refusal("unauthenticated", 401));
    for (const token of [personal, personal, "purr_pat_", `${personal}x`, "purr_pat_x.y.z"])
      expect((await read(token)).status).toBe(401);
    expect(calls).toHaveLength(2);
  });

  it("waits as long as the service wants, and is 503 while it is away", async () => {
    service = () => Promise.resolve(refusal("too-many-requests", 429, "9"));
    const slowed = await read();
    expect([slowed.status, slowed.headers.get("retry-after")]).toEqual([429, "9"]);
    service = () => Promise.resolve({ kind: "unavailable" });
    expect((await read()).status).toBe(503);
    service = exchange("tags:read");
    expect((await read()).status).toBe(200);
  });

  it("is taken from the header Authorization alone, as Bearer", async () => {
    expect((await api.ask("/v1/tags", { headers: { authorization: `Basic ${personal}` } })).status).toBe(401);
    expect((await api.ask(`/v1/tags?access_token=${personal}`)).status).toBe(401);
    expect(calls).toEqual([]);
  });
});
