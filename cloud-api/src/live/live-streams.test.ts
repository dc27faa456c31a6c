import { once } from "node:events";
import { Agent, request } from "node:https";
import type { IncomingMessage } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { listenOnLoopback } from "@purrimeter/service/testing/listen-on-loopback";
import { begun, end, look, viewerOf } from "../testing/live-reader.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi, TestOwner } from "../testing/test-api.ts";
import { makeTestCertificates } from "../testing/test-certificates.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { fixAt, record } from "../testing/test-reports.ts";
import { LiveStreams } from "./live-streams.ts";

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

const viewer = (invite: object) => viewerOf(api, tag, mia, invite);

describe("a live stream", () => {
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
    await look(api);
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
    await look(api);
    expect((await post(`/v1/tags/${tag}/transfer/confirm`, { checkNumber }, mia)).status).toBe(204);
    await look(api);
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
});

describe("over a socket", () => {
  it("a removed share ends its open stream within a second, and a client that goes is forgotten", async () => {
    const { cloudApi, authority } = makeTestCertificates();
    const periods = new Map<symbol, { readonly periodMs: number; readonly look: () => void }>();
    const streams = new LiveStreams({
      arrivals: api.store.arrivals,
      maxStreams: 100,
      pause: () => Promise.resolve(),
      ended: api.ended,
      now: () => NOW_S,
      monotonicMs: () => performance.now(),
      every: (periodMs, look) => {
        const period = Symbol("period");
        periods.set(period, { periodMs, look });
        return () => void periods.delete(period);
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
    // One look, and looks are less than a second apart.
    const [period] = periods.values();
    expect(period?.periodMs).toBeLessThan(1_000);
    period?.look();
    await once(stream, "end");
    expect(text).toContain(end("not-found"));
    const gone = await open(mia.token);
    await once(gone, "data");
    expect([streams.size, periods.size]).toEqual([1, 1]);
    gone.destroy();
    await expect.poll(() => [streams.size, periods.size]).toEqual([0, 0]);
    streams.close();
    agent.destroy();
    await server.close(0);
  });
});
