import type { EntryNumber, Epoch, LatE7, LonE7, UnixSeconds } from "@purrimeter/protocol/values";
import { describe, expect, it } from "vitest";
import { rfc3339 } from "../lists/rfc3339.ts";
import { useNewOwners } from "../testing/new-owners.ts";
import { provedChannel, takeDeliveries, tell } from "../testing/test-alerts.ts";
import type { TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { fixAt, record } from "../testing/test-reports.ts";

const given = useNewOwners();

const LAST = {
  lastHeardAt: (NOW_S - 90_000) as UnixSeconds,
  place: { latE7: 10_000_000 as LatE7, lonE7: -300_000_000 as LonE7, accuracyDm: 45 },
};

interface AlertBody {
  readonly id: string;
  readonly text: string;
  readonly place: unknown;
  readonly fixes: readonly { readonly at: string }[];
}

async function alertsOf({ token }: TestOwner): Promise<readonly AlertBody[]> {
  const { text } = await given.api.ask("/v1/alerts", { token });
  return (JSON.parse(text) as { items: AlertBody[] }).items;
}

/** Tom views Mia's tag; the share's path. */
async function shareWith(rights: object): Promise<string> {
  const path = `/v1/tags/${given.tag}/shares`;
  const body = { kind: "live", ...rights };
  const invited = await given.api.ask(path, { method: "POST", body, token: given.mia.token });
  const { code, share } = invited.body;
  await given.api.ask("/v1/shares/accept", { method: "POST", body: { code }, token: given.tom.token });
  return `${path}/${share.id}`;
}

describe("where a tag was when it was heard last", () => {
  it("is its owner's to see, and of no token that may not read locations", async () => {
    const id = await tell(given.api, given.tag, "silent", LAST);
    const place = { lat: 1, lon: -30, accuracyM: 4.5 };
    expect(await alertsOf(given.mia)).toMatchObject([{ id, kind: "silent", place, tag: given.tag }]);
    const scoped = (scope: string) => given.api.tokenOf(given.mia.id, ["owner"], scope);
    expect(await alertsOf(await scoped("alerts:read"))).toMatchObject([{ id, place: null }]);
    expect(await alertsOf(await scoped("alerts:read locations:read"))).toMatchObject([{ id, place }]);
  });

  it("is said to be unknown now, and in no text", async () => {
    await tell(given.api, given.tag, "silent", LAST);
    const [alert] = await alertsOf(given.mia);
    expect(alert?.text).toMatch(/unknown/);
    expect(alert?.text).not.toMatch(/away|outside|1\.0|-30/);
  });

  it("is nothing that a viewer who is told sees", async () => {
    await shareWith({ alerts: true });
    await tell(given.api, given.tag, "silent", LAST, { toViewers: true });
    expect(await alertsOf(given.tom)).toMatchObject([{ kind: "silent", tag: given.tag, place: null }]);
    expect(await alertsOf(given.mia)).toMatchObject([{ place: { lat: 1 } }]);
  });
});

describe("the fixes that decided an alert", () => {
  const evidence = { epoch: 7 as Epoch, first: 2 as EntryNumber, last: 3 as EntryNumber };
  const read = async (id: string, { token }: TestOwner): Promise<AlertBody> =>
    JSON.parse((await given.api.ask(`/v1/alerts/${id}`, { token })).text) as AlertBody;

  it("are those of its evidence, for the tag's owner alone", async () => {
    await shareWith({ alerts: true });
    await record(
      given.api.store,
      given.tag,
      [1, 2, 3, 4].map((step) => fixAt(NOW_S - 100 + step, step)),
    );
    const id = await tell(given.api, given.tag, "left", { evidence }, { toViewers: true });
    const alert = await read(id, given.mia);
    expect(alert).toMatchObject({ evidence, fixes: [{ lat: 1.0000002 }, { lat: 1.0000003 }] });
    const scoped = await given.api.tokenOf(given.mia.id, ["owner"], "alerts:read");
    expect((await read(id, scoped)).fixes).toEqual([]);
    const [told] = await alertsOf(given.tom);
    expect((await read(told?.id ?? "", given.tom)).fixes).toEqual([]);
  });

  it("are none when they were deleted", async () => {
    await record(
      given.api.store,
      given.tag,
      [1, 2, 3].map((step) => fixAt(NOW_S - 100 + step, step)),
    );
    const id = await tell(given.api, given.tag, "left", { evidence });
    const stretch = `from=2020-01-01T00:00:00Z&to=${rfc3339((NOW_S - 50) as UnixSeconds)}`;
    const path = `/v1/tags/${given.tag}/locations?${stretch}`;
    expect((await given.api.ask(path, { method: "DELETE", token: given.mia.token })).status).toBe(200);
    expect((await read(id, given.mia)).fixes).toEqual([]);
  });
});

describe("viewers", () => {
  it("are told over their own channels what the share and the rule allow", async () => {
    await shareWith({ alerts: true });
    const channel = await provedChannel(given.api, given.tom);
    await tell(given.api, given.tag, "left", {}, { toViewers: true });
    const [mine, toms] = [await takeDeliveries(given.api, given.mia), await alertsOf(given.tom)];
    expect(mine.map((delivery) => delivery.channel)).toEqual(["mail"]);
    expect(toms).toMatchObject([{ kind: "left", deliveries: [{ channel }, { channel: "mail" }] }]);
  });

  it("are told nothing without that, and none of the owner's channels", async () => {
    await shareWith({});
    await tell(given.api, given.tag, "left", {}, { toViewers: true });
    expect(await alertsOf(given.tom)).toEqual([]);
    expect(await takeDeliveries(given.api, given.tom)).toEqual([]);
  });

  it("are told no more, and see no more of what they were told, once the owner says so", async () => {
    const path = await shareWith({ alerts: true });
    await tell(given.api, given.tag, "left", {}, { toViewers: true });
    expect(await alertsOf(given.tom)).toHaveLength(1);
    const body = { alerts: false };
    await given.api.ask(path, { method: "PATCH", body, token: given.mia.token });
    expect(await alertsOf(given.tom)).toEqual([]);
    expect(await takeDeliveries(given.api, given.tom)).toEqual([]);
    expect(await alertsOf(given.mia)).toHaveLength(1);
  });

  it("mark their own alert, not the owner's", async () => {
    await shareWith({ alerts: true });
    await tell(given.api, given.tag, "left", {}, { toViewers: true });
    const [told] = await alertsOf(given.tom);
    const ask = { method: "PATCH", body: { acknowledged: true }, token: given.tom.token };
    expect((await given.api.ask(`/v1/alerts/${told?.id}`, ask)).status).toBe(200);
    expect(await alertsOf(given.mia)).toMatchObject([{ acknowledgedAt: null }]);
    const [own] = await alertsOf(given.mia);
    expect((await given.api.ask(`/v1/alerts/${own?.id}`, ask)).status).toBe(404);
  });
});

describe("names that came from people", () => {
  it("are text in a text: nothing of them begins a line or runs", async () => {
    const name = '<b onclick="x">{at}</b>';
    await tell(given.api, given.tag, "left", { tagName: name });
    const [alert] = await alertsOf(given.mia);
    expect(alert?.text).toContain(name);
    const answer = await given.api.ask("/v1/alerts", { token: given.mia.token });
    expect(answer.headers.get("content-type")).toBe("application/json");
  });
});
