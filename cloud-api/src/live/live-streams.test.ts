import { once } from "node:events";
import { Agent, request } from "node:https";
import type { IncomingMessage } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { listenOnLoopback } from "@purrimeter/service/testing/listen-on-loopback";
import { LiveStreams, MAX_ACCOUNT_STREAMS, MAX_ADDRESS_STREAMS } from "./live-streams.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi, TestOwner } from "../testing/test-api.ts";
import { makeTestCertificates } from "../testing/test-certificates.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { fixAt, record } from "../testing/test-reports.ts";

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
    expect(JSON.parse(/data: (.*)\n/.exec(first ?? "")?.[1] ?? "")).toEqual(body);
    expect(body).toMatchObject({ speed: 1.2, course: 90 });
    await api.live.look();
    await record(api.store, tag, [fixAt(NOW_S - 30, 5)], { first: 2 });
    await api.live.look();
    await api.live.look();
    expect(await next()).toContain('"lat":1.0000005');
    await record(api.store, tag, [fixAt(NOW_S - 40, 9)], { first: 3 });
    await api.live.look();
    api.nowMs += 15_000;
    await api.live.look();
    expect(await next(), "an older location is no news, but silence is broken").toBe(":\n\n");
  });

  it("does not send again what the client has", async () => {
    await record(api.store, tag, [fixAt(NOW_S - 60)]);
    const next = await live();
    await next();
    const id = /^id: (\S+)/.exec((await next()) ?? "")?.[1] ?? "";
    const again = await live(mia.token, id);
    expect(await again()).toBe("retry: 2000\n\n");
    await record(api.store, tag, [fixAt(NOW_S - 30, 5)], { first: 2 });
    await api.live.look();
    expect(await again()).toContain('"lat":1.0000005');
    const other = await live(mia.token, "x".repeat(5_000));
    await other();
    expect(await other()).toMatch(/^id: /);
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
    await api.live.look();
    expect(await next()).toBe(end(reason));
    expect(await next()).toBeUndefined();
    expect(api.live.size).toBe(0);
  });

  it("ends for the former owner when the tag goes to another account", async () => {
    const next = await live();
    await next();
    const post = (path: string, body: unknown, { token }: TestOwner) =>
      api.ask(path, { method: "POST", token, body });
    const tom = await api.owner();
    const { code } = (await api.ask(`/v1/tags/${tag}/transfer`, { method: "POST", token: mia.token })).body;
    const { checkNumber } = (await post("/v1/transfers/accept", { code }, tom)).body;
    await api.live.look();
    expect((await post(`/v1/tags/${tag}/transfer/confirm`, { checkNumber }, mia)).status).toBe(204);
    await api.live.look();
    expect(await next()).toBe(end("not-found"));
  });

  it("ends with the session, whatever else happens, and with its token", async () => {
    const [next, other] = [await live(), await live((await api.tokenOf(mia.id)).token)];
    await next();
    await other();
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

  it("is one of a share of its address, however many accounts it has", () => {
    const open = (account: number, address: string) => {
      const read = (): Promise<undefined> => Promise.resolve(undefined);
      const who = { account: `${account}` as OwnerId, address, session: "s", expiresS: NOW_S + 600 };
      return api.live.open({ ...who, read }, undefined, undefined);
    };
    for (let i = 0; i < MAX_ADDRESS_STREAMS; i++) expect(open(i, "192.0.2.1")).not.toBe("too-many");
    expect(open(-1, "192.0.2.1")).toBe("too-many");
    expect(open(-1, "192.0.2.2")).not.toBe("too-many");
  });

  it("keeps at most a few chunks for a client that does not read, and then sends it the newest", async () => {
    const next = await live();
    for (let i = 1; i <= 50; i++) {
      await record(api.store, tag, [fixAt(NOW_S + i, i)], { first: i });
      await api.live.look();
    }
    const waiting: (string | undefined)[] = [];
    for (let i = 0; i < 8; i++) waiting.push(await next());
    expect(waiting.at(-1)).toContain('"lat":1.0000007');
    api.nowS += 1;
    await api.live.look();
    expect(await next()).toContain('"lat":1.000005');
  });
});

describe("over a socket", () => {
  it("a removed share ends its open stream within a second, and a client that goes is forgotten", async () => {
    const { cloudApi, authority } = makeTestCertificates();
    const timers = new Set<NodeJS.Timeout>();
    const streams = new LiveStreams({
      changeCount: () => api.store.changeCount(),
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
    const beganMs = performance.now();
    await api.ask(`/v1/tags/${tag}/shares/${share}`, { method: "DELETE", token: mia.token });
    await once(stream, "end");
    expect(performance.now() - beganMs).toBeLessThan(1_000);
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
