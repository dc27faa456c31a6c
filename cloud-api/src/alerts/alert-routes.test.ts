import { Destinations } from "@purrimeter/notifier/destinations";
import { RateLimiter } from "@purrimeter/service/rate-limiter";
import { describe, expect, it } from "vitest";
import type { Answer, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { useNewOwners } from "../testing/new-owners.ts";

const given = useNewOwners();

interface AlertBody {
  readonly id: string;
  readonly kind: string;
  readonly title: string | null;
  readonly text: string | null;
  readonly readAt: string | null;
  readonly acknowledgedAt: string | null;
  readonly snoozedUntil: string | null;
  readonly deliveries: readonly { readonly channel: string; readonly state: string }[];
}

interface ListBody {
  readonly items: readonly AlertBody[];
  readonly next: string | null;
  readonly latest: string;
  readonly unread: number;
}

const time = (atS: number): string => new Date(atS * 1_000).toISOString().replace(".000", "");

async function list(query = "", { token }: TestOwner = given.mia): Promise<ListBody> {
  const { status, text } = await given.api.ask(`/v1/alerts${query}`, { token });
  expect(status, text).toBe(200);
  return JSON.parse(text) as ListBody;
}

/** Test alerts of an account, oldest first. */
async function alerts(count: number, { token }: TestOwner = given.mia): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++)
    ids.push((await given.api.ask("/v1/alert-channels/mail/test", { method: "POST", token })).body.id);
  return ids;
}

function change(id: string, body: unknown, { token }: TestOwner = given.mia): Promise<Answer> {
  return given.api.ask(`/v1/alerts/${id}`, { method: "PATCH", body, token });
}

const idsOf = ({ items }: ListBody): string[] => items.map(({ id }) => id);

describe("the list of alerts", () => {
  it("is the account's own, newest first, in pages without a gap or a repeat", async () => {
    const ids = (await alerts(5)).toReversed();
    await alerts(2, given.tom);
    const seen: string[] = [];
    let cursor = "";
    for (let pages = 0; pages < 3; pages++) {
      const page = await list(`?limit=2${cursor}`);
      seen.push(...idsOf(page));
      // What comes meanwhile is not in pages that go back.
      await alerts(1);
      cursor = `&cursor=${page.next}`;
      expect(page.next === null).toBe(pages === 2);
    }
    expect(seen).toEqual(ids);
  });

  it("gives what has come since, oldest first, and nothing twice", async () => {
    await alerts(2);
    const { latest } = await list();
    expect(idsOf(await list(`?after=${latest}`))).toEqual([]);
    const later = await alerts(3);
    const first = await list(`?after=${latest}&limit=2`);
    expect(idsOf(first)).toEqual(later.slice(0, 2));
    expect(idsOf(await list(`?after=${latest}&limit=2&cursor=${first.next}`))).toEqual(later.slice(2));
    expect(idsOf(await list(`?after=${first.latest}`))).toEqual(later.slice(2));
    const empty = await list(`?after=${(await list()).latest}`);
    expect([empty.items, empty.next]).toEqual([[], null]);
  });

  it("of an account without alerts has a position too, from which the first one is seen", async () => {
    const { latest, items, unread } = await list();
    expect([items, unread]).toEqual([[], 0]);
    const [first] = await alerts(1);
    expect(idsOf(await list(`?after=${latest}`))).toEqual([first]);
  });

  it("has what is unread alone when it is asked to", async () => {
    const [first = "", second = "", third = ""] = await alerts(3);
    await change(second, { read: true });
    const page = await list("?unread=true&limit=1");
    expect([idsOf(page), page.unread]).toEqual([[third], 2]);
    expect(idsOf(await list(`?cursor=${page.next}`))).toEqual([first]);
    await change(second, { read: false });
    expect((await list("?unread=true")).unread).toBe(3);
  });

  it("takes no cursor of another query, another account or another list", async () => {
    await alerts(3);
    const { next, latest } = await list("?limit=1");
    const bad = [
      `?cursor=${next}&unread=true`,
      `?cursor=${next}&tagId=${given.tag}`,
      `?cursor=${next}&after=${latest}`,
      `?cursor=${latest}`,
      `?after=${next}`,
      "?after=1",
      "?cursor=1",
    ];
    for (const query of bad)
      expect((await given.api.ask(`/v1/alerts${query}`, { token: given.mia.token })).status, query).toBe(400);
    for (const query of [`?cursor=${next}`, `?after=${latest}`])
      expect((await given.api.ask(`/v1/alerts${query}`, { token: given.tom.token })).status, query).toBe(400);
  });

  it.each(["limit=0", "limit=201", "limit=x", "unread=yes", "unread=", "tagId=", "before=1", "cursor="])(
    "is not asked for with %s",
    async (query) => {
      const { status, body } = await given.api.ask(`/v1/alerts?${query}`, { token: given.mia.token });
      expect([status, body.type]).toEqual([400, "/v1/problems/invalid-request"]);
    },
  );

  it("about somebody else's tag and about none is the same", async () => {
    await alerts(1);
    expect((await list(`?tagId=${given.tag}`, given.tom)).items).toEqual([]);
    expect((await list("?tagId=nobody", given.tom)).items).toEqual([]);
  });
});

describe("an alert", () => {
  it("is told in the account's language, with its deliveries and stages", async () => {
    const body = { language: "de", timeZone: "Europe/Zurich" };
    await given.api.ask("/v1/account", { method: "PATCH", body, token: given.mia.token });
    const [id = ""] = await alerts(1);
    const { text } = await given.api.ask(`/v1/alerts/${id}`, { token: given.mia.token });
    expect(JSON.parse(text)).toMatchObject({
      ...{ id, kind: "test", rule: null, tag: null, geofence: null, at: time(NOW_S), fixes: [] },
      title: "Test deiner Meldungen",
      text: expect.stringContaining("13:00") as string,
      deliveries: [{ channel: "mail", state: "waiting", attempts: 0, lastError: null, tls: null }],
      stages: { handedAt: null, deliveredAt: null },
    });
  });

  it("is marked as read and unread, acknowledged, and put off", async () => {
    const [id = ""] = await alerts(1);
    const now = time(NOW_S);
    const until = time(NOW_S + 600);
    expect(JSON.parse((await change(id, { snoozedUntil: until })).text)).toMatchObject({
      snoozedUntil: until,
    });
    expect(JSON.parse((await change(id, { snoozedUntil: null })).text)).toMatchObject({ snoozedUntil: null });
    expect(JSON.parse((await change(id, { read: true })).text)).toMatchObject({ readAt: now });
    expect(JSON.parse((await change(id, { read: false })).text)).toMatchObject({ readAt: null });
    const acknowledged = JSON.parse((await change(id, { acknowledged: true })).text) as AlertBody;
    expect(acknowledged).toMatchObject({ readAt: now, acknowledgedAt: now });
    expect(acknowledged.deliveries.map(({ state }) => state)).not.toContain("waiting");
    expect((await change(id, { snoozedUntil: until })).status).toBe(409);
    expect((await change(id, { snoozedUntil: null })).status).toBe(200);
    const again = await change(id, { acknowledged: false, snoozedUntil: until });
    expect(JSON.parse(again.text)).toMatchObject({ acknowledgedAt: null, snoozedUntil: until });
  });

  it("is put off so often, for each time it is told again", async () => {
    const [id = ""] = await alerts(1);
    const rates = new RateLimiter({ burst: 2, perSecond: 1 }, () => 0);
    const all = { channelRates: rates, snoozeRates: rates, endpointRates: rates };
    const pushKey = () => Promise.resolve(undefined);
    given.api.use({ alerts: { ...all, destinations: new Destinations([]), pushKey } });
    const put = async (until: string | null) => (await change(id, { snoozedUntil: until })).status;
    expect([await put(time(NOW_S + 60)), await put(time(NOW_S + 70))]).toEqual([200, 200]);
    expect([await put(time(NOW_S + 80)), await put(null)]).toEqual([429, 200]);
  });

  it.each([
    [{}, "body"],
    [{ read: "yes" }, "read"],
    [{ read: null }, "read"],
    [{ snoozedUntil: "tomorrow" }, "snoozedUntil"],
    [{ snoozedUntil: time(NOW_S) }, "snoozedUntil"],
    [{ snoozedUntil: time(NOW_S + 30 * 86_400 + 1) }, "snoozedUntil"],
    [{ snoozedUntil: NOW_S + 60 }, "snoozedUntil"],
    [{ acknowledged: true, snoozedUntil: time(NOW_S + 60) }, "snoozedUntil"],
    [{ readAt: time(NOW_S) }, "readAt"],
    [{ read: true, deliveries: [] }, "deliveries"],
    [{ read: true, account: "a".repeat(32) }, "account"],
  ])("is not changed by %j", async (body, field) => {
    const [id = ""] = await alerts(1);
    const answer = await change(id, body);
    expect([answer.status, answer.body.errors[0]?.field]).toEqual([400, field]);
    expect((await list()).items).toMatchObject([{ readAt: null, acknowledgedAt: null, snoozedUntil: null }]);
  });

  it("and all before it are marked as read at once", async () => {
    const [, second = "", third = ""] = await alerts(3);
    await alerts(1, given.tom);
    const ask = (through: unknown, { token }: TestOwner = given.mia) =>
      given.api.ask("/v1/alerts/read", { method: "POST", body: { through }, token });
    expect((await ask(second)).status).toBe(204);
    expect(idsOf(await list("?unread=true"))).toEqual([third]);
    expect((await list("", given.tom)).unread).toBe(1);
    for (const id of [third, "a".repeat(26)]) expect((await ask(id, given.tom)).status).toBe(404);
    for (const id of ["", 1, null, "a".repeat(65)]) expect((await ask(id)).status).toBe(400);
    expect((await list("?unread=true")).unread).toBe(1);
  });
});

describe("an alert of somebody else and none", () => {
  it.each(["GET", "PATCH"])("answer the same to %s", async (method) => {
    const [id = ""] = await alerts(1);
    const body = method === "PATCH" ? { read: true } : undefined;
    const answers: Answer[] = [];
    for (const asked of [id, "a".repeat(26), "x", id.toUpperCase(), `${id}%00`])
      answers.push(await given.api.ask(`/v1/alerts/${asked}`, { method, body, token: given.tom.token }));
    for (const { status, text, headers } of answers) {
      expect([status, text]).toEqual([404, answers[0]?.text]);
      expect([...headers]).toEqual([...(answers[0]?.headers ?? [])]);
    }
    expect((await list()).unread).toBe(1);
  });
});
