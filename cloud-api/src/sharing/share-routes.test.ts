import { describe, expect, it } from "vitest";
import type { Answer, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { fixAt, record } from "../testing/test-reports.ts";
import { useTwoOwners } from "../testing/two-owners.ts";

const DAY_S = 86_400;

const given = useTwoOwners();

const time = (atS: number): string => new Date(atS * 1_000).toISOString().replace(".000", "");

function invite(body: object): Promise<Answer> {
  return given.api.ask(`/v1/tags/${given.tag}/shares`, { method: "POST", body, token: given.mia.token });
}

function accept(code: string, { token }: TestOwner = given.tom): Promise<Answer> {
  return given.api.ask("/v1/shares/accept", { method: "POST", body: { code }, token });
}

/** Tom views the tag from now on; the share's id. */
async function view(body: object): Promise<string> {
  return (await accept((await invite(body)).body.code)).body.id;
}

const latest = ({ token }: TestOwner = given.tom): Promise<Answer> =>
  given.api.ask(`/v1/tags/${given.tag}/locations/latest`, { token });

const history = (): Promise<Answer> =>
  given.api.ask(`/v1/tags/${given.tag}/locations`, { token: given.tom.token });

const sharesSeenBy = async ({ token }: TestOwner, path: string): Promise<readonly unknown[]> =>
  (await given.api.ask(path, { token })).body.items;

describe("a share", () => {
  it("begins with a code for one use, in a link that no server sees, and both see who sees", async () => {
    const invited = await invite({ kind: "live", name: "Tom" });
    expect(invited.status).toBe(201);
    const { code } = invited.body;
    expect(JSON.parse(invited.text)).toMatchObject({ link: expect.stringMatching(`#.*${code}$`) as string });
    expect((await latest()).status).toBe(404);
    expect((await accept(code)).status).toBe(201);
    expect((await accept(code, await given.api.owner())).status).toBe(400);
    expect(await sharesSeenBy(given.mia, `/v1/tags/${given.tag}/shares`)).toMatchObject([
      { id: invited.body.share.id, kind: "live", name: "Tom", acceptedAt: time(NOW_S) },
    ]);
    expect(await sharesSeenBy(given.tom, "/v1/shares")).toMatchObject([
      { id: invited.body.share.id, kind: "live", tag: { id: given.tag, name: "Mimi" } },
    ]);
  });

  it("lets its viewer look and nothing more, until its owner says more", async () => {
    const path = `/v1/tags/${given.tag}/shares`;
    const { share } = (await invite({ kind: "live" })).body;
    const rights = { alerts: false, commands: false };
    expect(await sharesSeenBy(given.mia, path)).toMatchObject([rights]);
    const change = (body: unknown, { token }: TestOwner = given.mia, id = share.id): Promise<Answer> =>
      given.api.ask(`${path}/${id}`, { method: "PATCH", body, token });
    expect(JSON.parse((await change({ alerts: true })).text)).toMatchObject({ ...rights, alerts: true });
    expect(JSON.parse((await change({ commands: true })).text)).toMatchObject({
      alerts: true,
      commands: true,
    });
    const held = await view({ kind: "live", alerts: true });
    expect(await sharesSeenBy(given.tom, "/v1/shares")).toMatchObject([
      { id: held, ...rights, alerts: true },
    ]);
    expect((await change({ alerts: false }, given.mia, held)).status).toBe(200);
    expect(await sharesSeenBy(given.tom, "/v1/shares")).toMatchObject([{ id: held, ...rights }]);
    const foreign = [
      await change({ alerts: true }, given.tom),
      await change({ alerts: true }, given.mia, "x"),
    ];
    for (const { status, text } of foreign) expect([status, text]).toEqual([404, foreign[0]?.text]);
    for (const body of [{}, { alerts: 1 }, { kind: "history" }, { viewer: given.tom.id, alerts: true }])
      expect((await change(body)).status).toBe(400);
  });

  it("is offered for seven days", async () => {
    given.api.nowS = NOW_S - 7 * DAY_S - 1;
    const late = (await invite({ kind: "live" })).body.code;
    given.api.nowS += 2;
    const inTime = (await invite({ kind: "live" })).body.code;
    given.api.nowS = NOW_S;
    expect((await accept(late)).status).toBe(400);
    expect((await accept(inTime)).status).toBe(201);
  });

  it("shows live what comes from then on, and no history", async () => {
    await record(given.api.store, given.tag, [fixAt(NOW_S - 60)]);
    await view({ kind: "live" });
    expect((await latest()).status).toBe(404);
    await record(given.api.store, given.tag, [fixAt(NOW_S, 5)], { first: 2 });
    expect((await latest()).status).toBe(200);
    expect((await history()).status).toBe(403);
  });

  it("shows a history from where its owner says", async () => {
    await record(given.api.store, given.tag, [fixAt(NOW_S - 2 * DAY_S), fixAt(NOW_S - 3_600), fixAt(NOW_S)]);
    await view({ kind: "history", historyFrom: time(NOW_S - DAY_S) });
    expect((await history()).body.items).toHaveLength(2);
  });

  it("shows a history from the invitation on when its owner says nothing", async () => {
    await record(given.api.store, given.tag, [fixAt(NOW_S - 60)]);
    await view({ kind: "history" });
    await record(given.api.store, given.tag, [fixAt(NOW_S + 1)], { first: 2 });
    expect((await history()).body.items).toHaveLength(1);
  });

  it("ends on its day, by itself", async () => {
    await record(given.api.store, given.tag, [fixAt(NOW_S)]);
    await view({ kind: "live", endsAt: time(NOW_S + 60) });
    expect((await latest()).status).toBe(200);
    given.api.nowS = NOW_S + 60;
    expect((await latest()).status).toBe(404);
    expect(await sharesSeenBy(given.tom, "/v1/shares")).toEqual([]);
  });

  it.each([
    [
      "its owner removes it",
      (share: string) => [`/v1/tags/${given.tag}/shares/${share}`, given.mia] as const,
    ],
    ["its viewer leaves", (share: string) => [`/v1/shares/${share}`, given.tom] as const],
  ])("ends at once when %s", async (_, how) => {
    await record(given.api.store, given.tag, [fixAt(NOW_S)]);
    const share = await view({ kind: "history" });
    expect((await latest()).status).toBe(200);
    const [path, { token }] = how(share);
    expect((await given.api.ask(path, { method: "DELETE", token })).status).toBe(204);
    for (const answer of [await latest(), await history()]) expect(answer.status).toBe(404);
    for (const [who, list] of [
      [given.mia, `/v1/tags/${given.tag}/shares`],
      [given.tom, "/v1/shares"],
    ] as const)
      expect(await sharesSeenBy(who, list)).toEqual([]);
  });

  it("lets nobody share further, draw, rename or give the tag away", async () => {
    await view({ kind: "history" });
    for (const [method, rest, body] of [
      ["POST", "/shares", { kind: "live" }],
      ["GET", "/shares", undefined],
      ["POST", "/transfer", undefined],
      ["PATCH", "", { name: "Mine" }],
      ["DELETE", "", undefined],
      ["GET", "/events", undefined],
    ] as const)
      expect(
        (await given.api.ask(`/v1/tags/${given.tag}${rest}`, { method, body, token: given.tom.token }))
          .status,
      ).toBe(404);
    expect(await sharesSeenBy(given.tom, "/v1/geofences")).toEqual([]);
    expect(await sharesSeenBy(given.tom, "/v1/tags")).toEqual([]);
  });
});
