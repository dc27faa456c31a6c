import { once } from "node:events";
import { Agent, request } from "node:https";
import type { IncomingMessage } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { listenOnLoopback } from "@purrimeter/service/testing/listen-on-loopback";
import { LiveFollower } from "./live-follower.ts";
import { LiveStreams } from "./live-streams.ts";
import { MAX_ACCOUNT_STREAMS, MAX_ADDRESS_STREAMS, StreamCounts } from "./stream-counts.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi, TestOwner } from "../testing/test-api.ts";
import { makeTestCertificates } from "../testing/test-certificates.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { exitAt, fixAt, record } from "../testing/test-reports.ts";

let api: TestApi;
let mia: TestOwner;
let tag: TagId;

beforeEach(async () => {
  api = await makeTestApi();
  mia = await api.owner();
  tag = await api.claimedTag(mia);
});

afterEach(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

/** Less than a second passes, with a look each 250 ms. */
async function look(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    api.nowMs += 250;
    await api.live.look();
  }
}

const NOTHING_NEW = /^:\nid: \S+\n\n$/;

/** The event of a chunk and its data. */
function parsed(chunk: string | undefined): { id: string | undefined; event: string | undefined; data: any } {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}: (.*)$`, "m").exec(chunk ?? "")?.[1];
  return { id: field("id"), event: field("event"), data: JSON.parse(field("data") ?? "null") };
}

type Next = () => Promise<string | undefined>;

/** Skips what a stream begins with. */
async function begun(next: Next): Promise<Next> {
  expect(await next()).toBe("retry: 2000\n\n");
  expect(parsed(await next())).toMatchObject({ event: "settings" });
  return next;
}

const live = (token = mia.token, lastEventId?: string) =>
  api.follow(`/v1/tags/${tag}/live`, token, lastEventId);

async function viewer(invite: object): Promise<{ owner: TestOwner; share: string }> {
  const owner = await api.owner();
  const { code } = (
    await api.ask(`/v1/tags/${tag}/shares`, { method: "POST", body: invite, token: mia.token })
  ).body;
  const { body } = await api.ask("/v1/shares/accept", { method: "POST", body: { code }, token: owner.token });
  return { owner, share: body.id };
}

const end = (reason: string): string => `event: end\ndata: {"reason":"${reason}"}\n\n`;

describe("a live stream", () => {
  it("begins with the latest location and goes on with each newer one, once", async () => {
    await record(api.store, tag, [{ ...fixAt(NOW_S - 60), speedCmS: 120, courseDeg10: 900 }]);
    const next = await live();
    expect(await next()).toBe("retry: 2000\n\n");
    const first = await next();
    expect(first).toMatch(/^id: (\S+)\nevent: location\ndata: (\{.*\})\n\n$/);
    const { body } = await api.ask(`/v1/tags/${tag}/locations/latest`, { token: mia.token });
    expect(parsed(first).data).toEqual(body);
    expect(body).toMatchObject({ speed: 1.2, course: 90 });
    const { body: own } = await api.ask(`/v1/tags/${tag}`, { token: mia.token });
    const { settings, lastHeardAt, battery } = own as unknown as Record<string, unknown>;
    expect(parsed(await next())).toMatchObject({
      event: "settings",
      data: { tag, settings, lastHeardAt, battery },
    });
    await api.live.look();
    await record(api.store, tag, [fixAt(NOW_S - 30, 5)], { first: 2 });
    await api.live.look();
    await api.live.look();
    expect(await next()).toContain('"lat":1.0000005');
    await record(api.store, tag, [fixAt(NOW_S - 40, 9)], { first: 3 });
    await api.live.look();
    expect(await next(), "a late one is news too").toContain('"lat":1.0000009');
    api.nowMs += 15_000;
    await api.live.look();
    expect(await next(), "silence is broken").toMatch(NOTHING_NEW);
  });

  it("tells transitions and changed settings of a tag", async () => {
    const shape = { type: "Circle", center: [-30, 1], radiusM: 75 };
    const next = await begun(await live());
    await api.ask("/v1/geofences", {
      method: "POST",
      token: mia.token,
      body: { name: "Home", tagIds: [tag], shape },
    });
    await api.live.look();
    expect(parsed(await next())).toMatchObject({ event: "settings", data: { tag, settings: { wanted: 2 } } });
    await record(api.store, tag, [exitAt(NOW_S, 0, 2)]);
    await api.live.look();
    const { data } = parsed(await next()); // settings again: it was heard
    expect(data).toMatchObject({ lastHeardAt: expect.any(String) });
    const { event, data: told } = parsed(await next());
    const { body } = await api.ask(`/v1/tags/${tag}/events`, { token: mia.token });
    expect([event, told]).toEqual(["event", body.items[0]]);
    expect(told).toMatchObject({ geofence: { name: "Home" }, to: "outside" });
    await api.store.reports.recordStatus(
      tag,
      {
        online: true,
        settingsVersion: 0,
        firmware: "1",
        refusedSettings: { version: 2, reason: "out-of-range" },
      },
      NOW_S as UnixSeconds,
    );
    await look();
    const refused = { version: 2, reason: "out-of-range" };
    expect(parsed(await next())).toMatchObject({ event: "settings", data: { settings: { refused } } });
  });

  it("tells commands in each new state, and alerts, of the tag alone, and resumes them", async () => {
    const other = await api.claimedTag(mia, "Tom");
    const next = await begun(await live());
    const give = (id: TagId) =>
      api.ask(`/v1/tags/${id}/commands`, {
        method: "POST",
        token: mia.token,
        body: { kind: "buzz", seconds: 5 },
      });
    await give(other);
    const given = (await give(tag)).body;
    await api.live.look();
    const first = parsed(await next());
    expect(first).toMatchObject({
      event: "command",
      data: { tag, id: given.id, kind: "buzz", state: "pending" },
    });
    await api.store.commands.markSent(tag, Number(given.id), NOW_S as UnixSeconds);
    await api.live.look();
    expect(parsed(await next())).toMatchObject({ event: "command", data: { id: given.id, state: "sent" } });
    await api.ask("/v1/alert-channels/mail/test", { method: "POST", token: mia.token });
    await api.live.look();
    api.nowMs += 15_000;
    await api.live.look();
    expect(await next(), "a test is about no tag").toMatch(NOTHING_NEW);
    const again = await live(mia.token, first.id);
    await again();
    await api.live.look();
    expect(parsed(await again())).toMatchObject({ event: "command", data: { id: given.id, state: "sent" } });
    const all = await api.follow("/v1/live", mia.token);
    for (let i = 0; i < 3; i++) await all();
    await api.ask("/v1/alert-channels/mail/test", { method: "POST", token: mia.token });
    await api.live.look();
    const alert = parsed(await all());
    const { body } = await api.ask("/v1/alerts", { token: mia.token });
    expect(alert).toMatchObject({ event: "alert", data: { id: body.items[0]?.id, kind: "test" } });
  });

  it("tells a personal token what its scopes allow", async () => {
    const { token } = await api.tokenOf(mia.id, ["owner"], "locations:read");
    const next = await live(token);
    await next();
    await api.ask(`/v1/tags/${tag}/commands`, {
      method: "POST",
      token: mia.token,
      body: { kind: "buzz", seconds: 5 },
    });
    await record(api.store, tag, [fixAt(NOW_S)]);
    await api.live.look();
    expect(parsed(await next())).toMatchObject({ event: "location" });
    api.nowMs += 15_000;
    await api.live.look();
    expect(await next()).toMatch(NOTHING_NEW);
  });

  it("does not send again what the client has", async () => {
    await record(api.store, tag, [fixAt(NOW_S - 60)]);
    const next = await live();
    await next();
    await next();
    const { id } = parsed(await next());
    const again = await live(mia.token, id);
    expect(await again()).toBe("retry: 2000\n\n");
    await record(api.store, tag, [fixAt(NOW_S - 30, 5)], { first: 2 });
    await api.live.look();
    expect(await again()).toContain('"lat":1.0000005');
  });

  it("resumes without a gap and without a repetition, within a report too", async () => {
    const next = await begun(await live());
    const fixes = (first: number, count: number) =>
      record(
        api.store,
        tag,
        Array.from({ length: count }, (_, i) => fixAt(NOW_S - 500 + first + i, first + i)),
        { first },
      );
    await fixes(1, 5);
    await api.live.look();
    await next(); // settings: it was heard
    await next();
    const { id } = parsed(await next());
    await fixes(8, 2);
    await fixes(6, 2);
    const again = await live(mia.token, id);
    await again();
    const seen: number[] = [];
    for (let i = 0; i < 7; i++) seen.push(Math.round((parsed(await again()).data.lat - 1) * 1e7));
    expect(seen).toEqual([3, 4, 5, 8, 9, 6, 7]);
    api.nowMs += 15_000;
    await api.live.look();
    const quiet = parsed(await again());
    expect(quiet.event).toBeUndefined();
    const third = await live(mia.token, quiet.id);
    await third();
    api.nowMs += 15_000;
    await api.live.look();
    expect(await third()).toMatch(NOTHING_NEW);
  });

  it("begins anew for an id that is made up, another tag's or another account's", async () => {
    await record(api.store, tag, [fixAt(NOW_S - 60)]);
    const next = await live();
    await next();
    const { id = "" } = parsed(await next());
    const tom = await api.owner();
    const other = await api.claimedTag(mia);
    const toms = await api.claimedTag(tom);
    const reset = async (followed: Next) => {
      await followed();
      const { event, data } = parsed(await followed());
      return [event, data?.reason, parsed(await followed()).event];
    };
    for (const forged of [
      "x".repeat(5_000),
      "x",
      `${id}A`,
      id.slice(1),
      `${"A".repeat(id.length - 1)}B`,
      "7-1",
    ])
      expect(await reset(await live(mia.token, forged)), forged).toEqual(["reset", "unknown", "location"]);
    const elsewhere: [string, string][] = [
      [mia.token, `/v1/tags/${other}/live`],
      [mia.token, "/v1/live"],
      [tom.token, `/v1/tags/${toms}/live`],
    ];
    api.live.close();
    for (const [token, path] of elsewhere)
      expect((await reset(await api.follow(path, token, id))).slice(0, 2), path).toEqual([
        "reset",
        "unknown",
      ]);
  });

  it.each<[string, string, (share: string) => Promise<unknown>]>([
    [
      "not-found",
      "the owner takes the share",
      (share) => api.ask(`/v1/tags/${tag}/shares/${share}`, { method: "DELETE", token: mia.token }),
    ],
    ["not-found", "the share ends", () => Promise.resolve((api.nowS = NOW_S + 100))],
    [
      "not-found",
      "the tag is given up",
      () => api.ask(`/v1/tags/${tag}`, { method: "DELETE", token: mia.token }),
    ],
  ])("ends with %s at the next look when %s", async (reason, _, take) => {
    const { owner, share } = await viewer({
      kind: "live",
      endsAt: new Date((NOW_S + 100) * 1000).toISOString(),
    });
    const next = await live(owner.token);
    expect(await next()).toBe("retry: 2000\n\n");
    await take(share);
    await look();
    expect(await next()).toBe(end(reason));
    expect(await next()).toBeUndefined();
    expect(api.live.size).toBe(0);
  });

  it("ends for the former owner when the tag goes to another account", async () => {
    const next = await begun(await live());
    const post = (path: string, body: unknown, { token }: TestOwner) =>
      api.ask(path, { method: "POST", token, body });
    const tom = await api.owner();
    const { code } = (await api.ask(`/v1/tags/${tag}/transfer`, { method: "POST", token: mia.token })).body;
    const { checkNumber } = (await post("/v1/transfers/accept", { code }, tom)).body;
    await look();
    expect((await post(`/v1/tags/${tag}/transfer/confirm`, { checkNumber }, mia)).status).toBe(204);
    await look();
    expect(await next()).toBe(end("not-found"));
  });

  it("ends with the session, whatever else happens, and with its token", async () => {
    const [next, other] = [
      await begun(await live()),
      await begun(await live((await api.tokenOf(mia.id)).token)),
    ];
    api.ended.add(mia.session, NOW_S + 600);
    await api.live.look();
    expect(await next()).toBe(end("session-ended"));
    api.nowS = NOW_S + 600;
    await api.live.look();
    expect(await other()).toBe(end("token-expired"));
  });

  it("shows a live viewer nothing from before the share", async () => {
    await record(api.store, tag, [fixAt(NOW_S - 60)]);
    const { owner } = await viewer({ kind: "live" });
    const next = await live(owner.token);
    expect(await next()).toBe("retry: 2000\n\n");
    await record(api.store, tag, [fixAt(NOW_S, 5)], { first: 2 });
    await api.live.look();
    expect(await next()).toContain('"lat":1.0000005');
  });

  it("is one of a few of its account", async () => {
    const streams = [];
    for (let i = 0; i < MAX_ACCOUNT_STREAMS; i++) streams.push(await live());
    const { status, headers } = await api.ask(`/v1/tags/${tag}/live`, { token: mia.token });
    expect([status, headers.get("retry-after")]).toEqual([429, "30"]);
    const { owner } = await viewer({ kind: "live" });
    await live(owner.token);
    api.ended.add(mia.session, NOW_S + 600);
    await api.live.look();
    expect(api.live.size).toBe(1);
  });

  it("is one of a share of its address, however many accounts it has, and one of all", () => {
    const counts = new StreamCounts(MAX_ADDRESS_STREAMS + 1);
    const take = (account: number, address: string): boolean =>
      counts.take({ account: `${account}` as OwnerId, address });
    const taken = Array.from({ length: 10_000 }, (_, i) => take(i, "192.0.2.1")).filter(Boolean);
    expect(taken).toHaveLength(MAX_ADDRESS_STREAMS);
    expect([take(-1, "192.0.2.2"), take(-2, "192.0.2.3")]).toEqual([true, false]);
    counts.give({ account: "3" as OwnerId, address: "192.0.2.1" });
    expect([take(-2, "192.0.2.3"), take(-3, "192.0.2.4")]).toEqual([true, false]);
  });

  it("keeps little for a client that does not read, sends the rest when it does, and others do not wait", async () => {
    const [next, other] = [await begun(await live()), await begun(await live())];
    const taken: number[] = [];
    const take = async (from: Next): Promise<number> => {
      const { data } = parsed(await from());
      return data.lat === undefined ? take(from) : Math.round((data.lat - 1) * 1e7);
    };
    for (let i = 1; i <= 120; i++) {
      await record(api.store, tag, [fixAt(NOW_S + i, i)], { first: i });
      await api.live.look();
      expect(await take(other)).toBe(i);
    }
    while (taken.length < 120) {
      taken.push(await take(next));
      if (taken.length % 30 === 0) await api.live.look();
    }
    expect(taken).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
  });

  it("keeps what waits for a client that does not read from it when its share is removed", async () => {
    const { owner, share } = await viewer({ kind: "live" });
    const hungUp: string[] = [];
    const follower = new LiveFollower({
      owner: api.store.forOwner(owner.id as OwnerId),
      viewer: api.store.forViewer(owner.id as OwnerId),
      tag,
      may: { settings: true, commands: true, alerts: true },
    });
    const body = await api.live.open(
      {
        ...{
          account: owner.id as OwnerId,
          address: "192.0.2.1",
          session: "s",
          expiresS: NOW_S + 600,
          follower,
        },
        alertBodies: () => Promise.resolve([]),
        seal: () => "x".repeat(200),
        hangUp: () => void hungUp.push("hung up"),
      },
      undefined,
    );
    const entries = Array.from({ length: 100 }, (_, i) => fixAt(NOW_S + i, i));
    await record(api.store, tag, entries);
    await api.live.look();
    await api.ask(`/v1/tags/${tag}/shares/${share}`, { method: "DELETE", token: mia.token });
    await look();
    expect([hungUp, api.live.size, body]).toEqual([["hung up"], 0, expect.any(ReadableStream)]);
  });

  it("cuts a client that takes nothing for ten seconds, and not one that takes something", async () => {
    const [slow, other] = [await begun(await live()), await begun(await live())];
    const entries = Array.from({ length: 400 }, (_, i) => fixAt(NOW_S - 500 + i, i));
    for (let i = 0; i < 4; i++)
      await record(api.store, tag, entries.slice(i * 100, i * 100 + 100), { first: 1 + i * 100 });
    await api.live.look();
    for (let i = 0; i < 11; i++) {
      api.nowMs += 1_000;
      for (let read = 0; read < 30; read++) await other();
      await api.live.look();
    }
    expect(api.live.size).toBe(1);
    let last: string | undefined;
    for (let chunk = await slow(); chunk !== undefined; chunk = await slow()) last = chunk;
    expect(last).toBe(end("slow"));
  });
});

describe("a live stream of all of an account's tags", () => {
  const follow = (token = mia.token, id?: string) => api.follow("/v1/live", token, id);

  it("names the tag of each event, own and shared ones, and tells in the order of arrival", async () => {
    const second = await api.claimedTag(mia, "Tom");
    const tom = await api.owner();
    const lent = await api.claimedTag(tom);
    const invited = await api.ask(`/v1/tags/${lent}/shares`, {
      method: "POST",
      token: tom.token,
      body: { kind: "live" },
    });
    const next = await follow();
    const told = async () => {
      const { event, data } = parsed(await next());
      return [event, data?.tag];
    };
    await next();
    const owned = [tag, second].toSorted();
    expect([await told(), await told()]).toEqual(owned.map((id) => ["settings", id]));
    for (const [at, of] of [second, tag, second].entries())
      await record(api.store, of, [fixAt(NOW_S - 50 + at)], { first: 1 + at });
    await api.live.look();
    const events = [await told(), await told(), await told(), await told(), await told()];
    expect(events.filter(([event]) => event === "location")).toEqual(
      [second, tag, second].map((id) => ["location", id]),
    );
    await api.ask("/v1/shares/accept", {
      method: "POST",
      token: mia.token,
      body: { code: invited.body.code },
    });
    await look();
    await record(api.store, lent, [fixAt(NOW_S, 3)]);
    await api.live.look();
    expect(await told(), "and no settings of it").toEqual(["location", lent]);
    await api.ask(`/v1/tags/${second}`, { method: "DELETE", token: mia.token });
    await look();
    expect(parsed(await next())).toMatchObject({ event: "end", data: { reason: "not-found", tag: second } });
    expect(api.live.size).toBe(1);
  });

  it("resumes all of them at once", async () => {
    const second = await api.claimedTag(mia, "Tom");
    const next = await follow();
    await next();
    await next();
    const { id } = parsed(await next());
    const again = await follow(mia.token, id);
    await record(api.store, second, [fixAt(NOW_S - 9, 1)]);
    await record(api.store, tag, [fixAt(NOW_S - 8, 2)]);
    await api.live.look();
    await again();
    const told: unknown[] = [];
    while (told.length < 2) {
      const { event, data } = parsed(await again());
      if (event === "location") told.push(data.tag);
    }
    expect(told).toEqual([second, tag]);
  });

  it("is there for an account without tags, and shows nothing of others'", async () => {
    const next = await follow((await api.owner()).token);
    await next();
    await record(api.store, tag, [fixAt(NOW_S)]);
    api.nowMs += 15_000;
    await api.live.look();
    expect(await next()).toMatch(NOTHING_NEW);
  });

  it("ends with the account", async () => {
    const next = await follow();
    await next();
    await next();
    await api.store.forOwner(mia.id as OwnerId).eraseOwner();
    api.ended.add(mia.session, NOW_S + 600);
    await api.live.look();
    expect(await next()).toBe(end("session-ended"));
  });
});

describe("over a socket", () => {
  it("a removed share ends its open stream within a second, and a client that goes is forgotten", async () => {
    const { cloudApi, authority } = makeTestCertificates();
    const timers = new Set<NodeJS.Timeout>();
    const streams = new LiveStreams({
      arrivals: api.store.arrivals,
      maxStreams: 100,
      ended: api.ended,
      now: () => NOW_S,
      monotonicMs: () => performance.now(),
      every: (periodMs, work) => {
        const timer = setInterval(work, periodMs);
        timers.add(timer);
        return () => {
          clearInterval(timer);
          timers.delete(timer);
        };
      },
      onFailure: (error) => void api.failures.push(error),
    });
    const app = api.appWith({ live: streams });
    const server = await listenOnLoopback(app.fetch, cloudApi);
    const agent = new Agent({ keepAlive: true, ca: authority });
    const open = async (token: string): Promise<IncomingMessage> => {
      const options = { host: "localhost", port: server.port, path: `/v1/tags/${tag}/live`, agent };
      const sent = request({ ...options, headers: { authorization: `Bearer ${token}` } }).end();
      const [message] = (await once(sent, "response")) as [IncomingMessage];
      return message.setEncoding("utf8");
    };
    const { owner, share } = await viewer({ kind: "live" });
    const stream = await open(owner.token);
    expect(stream.headers["content-type"]).toBe("text/event-stream");
    expect(stream.headers["cache-control"]).toBe("no-store");
    let text = "";
    stream.on("data", (chunk: string) => (text += chunk));
    await once(stream, "data");
    await api.ask(`/v1/tags/${tag}/shares/${share}`, { method: "DELETE", token: mia.token });
    await once(stream, "end");
    expect(text).toContain(end("not-found"));
    const gone = await open(mia.token);
    await once(gone, "data");
    expect([streams.size, timers.size]).toEqual([1, 1]);
    gone.destroy();
    await expect.poll(() => [streams.size, timers.size]).toEqual([0, 0]);
    streams.close();
    agent.destroy();
    await server.close(0);
  });
});
