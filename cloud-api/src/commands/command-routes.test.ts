import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Entry } from "@purrimeter/protocol/entry";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { rfc3339 } from "../lists/rfc3339.ts";
import { makeTestApi, type Answer, type Ask, type TestApi, type TestOwner } from "../testing/test-api.ts";
import { fixAt, record } from "../testing/test-reports.ts";
import { NOW_S } from "../testing/test-keys.ts";

let api: TestApi;
let owner: TestOwner;
let tag: TagId;

beforeAll(async () => {
  api = await makeTestApi();
});
beforeEach(async () => {
  api.isClockPlausible = true;
  owner = await api.owner();
  tag = await api.claimedTag(owner);
});
afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

const at = (seconds: number): string => rfc3339((NOW_S + seconds) as UnixSeconds);

function give(body: unknown, { token }: TestOwner = owner, headers: Ask["headers"] = {}): Promise<Answer> {
  return api.ask(`/v1/tags/${tag}/commands`, { method: "POST", body, token, headers });
}
const read = (path: string, { token }: TestOwner = owner): Promise<Answer> =>
  api.ask(`/v1/tags/${tag}/commands${path}`, { token });

describe("a command", () => {
  it("is given, read and listed", async () => {
    const { status, headers, body } = await give({ kind: "buzz", seconds: 20 });
    expect(status).toBe(201);
    const command = {
      ...{ id: body.id, kind: "buzz", seconds: 20, state: "pending", reason: null, by: "owner" },
      ...{ createdAt: at(0), sentAt: null, answeredAt: null, expiresAt: at(3_600) },
    };
    expect(body).toEqual({ ...command, nextContactAt: null });
    expect(headers.get("location")).toBe(`/v1/tags/${tag}/commands/${body.id}`);
    expect((await read(`/${body.id}`)).body).toEqual(command);
    expect((await read("")).body).toEqual({ items: [command] });
    expect(api.acts).toContain(`command.given ${tag}`);
  });

  it("says when the tag is expected, and what the tag answered", async () => {
    await record(api.store, tag, [fixAt(NOW_S - 5)]);
    const { body } = await give({ kind: "locate" });
    expect(body).toMatchObject({ seconds: 0, nextContactAt: at(600) });
    const answer: Entry = {
      kind: "answer",
      at: NOW_S as UnixSeconds,
      command: Number(body.id),
      outcome: "done",
    };
    await record(api.store, tag, [answer], { first: 2 });
    expect((await read(`/${body.id}`)).body).toMatchObject({ state: "done", answeredAt: at(0) });
  });

  it.each([
    [{ kind: "live" }, 900, 900],
    [{ kind: "live", minutes: 60 }, 3_600, 900],
    [{ kind: "buzz" }, 10, 3_600],
    [{ kind: "light", seconds: 600 }, 600, 3_600],
    [{ kind: "light" }, 60, 3_600],
    [{ kind: "stop" }, 0, 3_600],
    [{ kind: "stop", expiresAt: "in a week" }, 0, 604_800],
  ])(
    "%j lasts %d s and waits %d s",
    async ({ expiresAt, ...body }: { kind: string; expiresAt?: string }, seconds, waitS) => {
      const given = await give(expiresAt === undefined ? body : { ...body, expiresAt: at(604_800) });
      expect(given.body).toMatchObject({ seconds, expiresAt: at(waitS) });
    },
  );

  it.each([
    [{}, "kind"],
    [{ kind: "explode" }, "kind"],
    [{ kind: "live", minutes: 0 }, "minutes"],
    [{ kind: "live", minutes: 61 }, "minutes"],
    [{ kind: "live", minutes: 1.5 }, "minutes"],
    [{ kind: "live", seconds: 5 }, "seconds"],
    [{ kind: "buzz", seconds: 121 }, "seconds"],
    [{ kind: "buzz", seconds: "5" }, "seconds"],
    [{ kind: "buzz", minutes: 1 }, "minutes"],
    [{ kind: "light", seconds: 601 }, "seconds"],
    [{ kind: "locate", seconds: 1 }, "seconds"],
    [{ kind: "stop", minutes: 1 }, "minutes"],
    [{ kind: "buzz", expiresAt: "tomorrow" }, "expiresAt"],
    [{ kind: "buzz", expiresAt: at(0) }, "expiresAt"],
    [{ kind: "buzz", expiresAt: at(604_801) }, "expiresAt"],
    [{ kind: "buzz", id: 7 }, "id"],
  ])("%j is refused with the field %s", async (body, field) => {
    const answer = await give(body);
    expect([answer.status, answer.body.type]).toEqual([400, "/v1/problems/invalid-request"]);
    expect(JSON.stringify(answer.body.errors)).toContain(field);
    expect((await read("")).body.items).toEqual([]);
  });

  it("that lasts too long is refused with the limit of its kind alone", async () => {
    for (const [kind, seconds, limit] of [
      ["buzz", 121, 120],
      ["buzz", 601, 120],
      ["light", 601, 600],
    ] as const) {
      const message = `A command ${kind} lasts at most ${limit} seconds.`;
      expect((await give({ kind, seconds })).body.errors).toEqual([{ field: "seconds", message, limit }]);
    }
  });

  it("too large is refused before it is read", async () => {
    expect((await give({ kind: "buzz", more: "x".repeat(5_000) })).status).toBe(413);
  });

  it.each(["0", "00", "1e3", "-1", "4294967296", "99999999999", "x", "%2e%2e"])("%s is none", async (id) => {
    expect((await read(`/${id}`)).status).toBe(404);
  });
});

describe("Idempotency-Key", () => {
  const key = { "idempotency-key": "a-1" };

  it("gives the same command once, also when the answer was lost", async () => {
    const first = await give({ kind: "buzz" }, owner, key);
    const again = await give({ kind: "buzz" }, owner, key);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    expect((await read("")).body.items).toHaveLength(1);
  });

  it("of another command is a conflict", async () => {
    await give({ kind: "buzz" }, owner, key);
    const other = await give({ kind: "buzz", seconds: 99 }, owner, key);
    expect([other.status, other.body.errors?.[0]?.field]).toEqual([409, "Idempotency-Key"]);
  });

  it.each(["x".repeat(65), "two words", "ü"])("%s is refused", async (text) => {
    expect((await give({ kind: "buzz" }, owner, { "idempotency-key": text })).status).toBe(400);
  });
});

describe("is refused", () => {
  it("for a tag that was revoked, and for firmware that is too old", async () => {
    const status = { online: true, settingsVersion: 1, firmware: "0.1" };
    await api.store.reports.recordStatus(tag, status, NOW_S as UnixSeconds);
    const old = await give({ kind: "locate" });
    expect([old.status, old.body.errors?.[0]?.field]).toEqual([409, "kind"]);
    expect((await give({ kind: "buzz" })).status).toBe(201);
    await api.store.registry.revoke(tag, NOW_S as UnixSeconds);
    expect((await give({ kind: "buzz" })).status).toBe(409);
  });

  it("while the clock may be wrong", async () => {
    api.isClockPlausible = false;
    expect((await give({ kind: "buzz" })).status).toBe(503);
  });

  it("to personal tokens without the scope", async () => {
    const script = await api.tokenOf(owner.id, ["owner"], "tags:read tags:write");
    expect((await give({ kind: "buzz" }, script)).status).toBe(403);
    const commander = await api.tokenOf(owner.id, ["owner"], "tags:command");
    expect((await give({ kind: "buzz" }, commander)).status).toBe(201);
  });

  it("to others as for no tag, and costs the tag nothing", async () => {
    const stranger = await api.owner();
    const { body } = await give({ kind: "light" });
    for (let i = 0; i < 40; i++) expect((await give({ kind: "buzz" }, stranger)).status).toBe(404);
    expect((await read(`/${body.id}`, stranger)).status).toBe(404);
    expect((await read("", stranger)).status).toBe(404);
    expect((await give({ kind: "buzz" })).status).toBe(201);
  });

  it("more than 30 times an hour, but for stop", async () => {
    for (let i = 0; i < 30; i++) expect((await give({ kind: "locate" })).status).toBe(201);
    const answer = await give({ kind: "locate" });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "120"]);
    expect((await give({ kind: "stop" })).status).toBe(201);
    api.nowMs += 120_000;
    expect((await give({ kind: "locate" })).status).toBe(201);
  });

  it("stop more than 120 times an hour, and nobody uses up another's", async () => {
    const viewer = await api.owner();
    const invited = await api.ask(`/v1/tags/${tag}/shares`, {
      ...{ method: "POST", token: owner.token },
      body: { kind: "live", commands: true },
    });
    const { code } = invited.body;
    await api.ask("/v1/shares/accept", { method: "POST", body: { code }, token: viewer.token });
    for (let i = 0; i < 30; i++) expect((await give({ kind: "stop" }, viewer)).status).toBe(201);
    const answer = await give({ kind: "stop" }, viewer);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "30"]);
    expect((await give({ kind: "stop" })).status).toBe(201);
  });

  it("when the buzzer has sounded for long enough", async () => {
    for (const seconds of [120, 120, 60]) expect((await give({ kind: "buzz", seconds })).status).toBe(201);
    expect((await give({ kind: "buzz", seconds: 30 })).status).toBe(429);
    expect((await give({ kind: "light" })).status).toBe(201);
  });
});

it("what was given under a former owner is not there for the next one", async () => {
  const { body } = await give({ kind: "buzz" });
  await api.store.forOwner(owner.id as OwnerId).eraseTag(tag);
  expect((await read(`/${body.id}`)).status).toBe(404);
});
