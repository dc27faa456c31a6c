import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { systemTime } from "@purrimeter/service/system-time";
import type { Time } from "@purrimeter/service/time";
import { AuthService } from "./auth-service.ts";
import { EndedSessions } from "./ended-sessions.ts";
import { followEndedSessions } from "./follow-ended-sessions.ts";
import { makeTestCertificates } from "../testing/test-certificates.ts";
import type { TestCertificates, TestIdentity } from "../testing/test-certificates.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { NO_REPORT } from "../testing/no-report.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let certificates: TestCertificates;
const failures: string[] = [];
const closing: (() => Promise<void>)[] = [];

beforeAll(() => {
  certificates = makeTestCertificates();
});

afterEach(async () => {
  failures.length = 0;
  for (const close of closing.splice(0)) await close();
});

afterAll(() => {
  expect(closing).toEqual([]);
});

async function serve(handler: Handler, identity: TestIdentity = certificates.auth, maxVersion?: "TLSv1.2") {
  const options = {
    cert: identity.certificate,
    key: identity.key,
    ca: certificates.authority,
    requestCert: true,
  };
  const server: Server = createServer({ ...options, ...(maxVersion && { maxVersion }) }, handler);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return { server, url: `https://localhost:${(server.address() as AddressInfo).port}` };
}

function connect(url: string, time: Time = systemTime): { auth: AuthService; ended: EndedSessions } {
  const now = (): UnixSeconds => NOW_S as UnixSeconds;
  const ended = new EndedSessions(now);
  const { authority, cloudApi } = certificates;
  const auth = new AuthService({
    url,
    authority,
    certificate: cloudApi.certificate,
    key: cloudApi.key,
    ended,
    time: { ...time, utcS: now },
    report: {
      answered: () => undefined,
      failed: ({ kind, reason }) => void failures.push(`${kind}: ${reason}`),
    },
  });
  closing.unshift(() => Promise.resolve(auth.close()));
  return { auth, ended };
}

describe("AuthService", () => {
  it("refuses at once while the service hangs, tries with one call at a time, and goes on when it answers", async () => {
    let isHung = true;
    let asked = 0;
    const { url } = await serve((_, response) => {
      asked++;
      if (!isHung) response.setHeader("content-type", "application/json").end("{}");
    });
    let nowMs = 0;
    const { auth } = connect(url, { ...systemTime, monotonicMs: () => nowMs });
    const call = (deadlineMs = 3_000) => auth.call({ method: "GET", path: "/x", deadlineMs });
    expect((await call()).kind).toBe("unavailable");
    expect((await Promise.all([call(10_000), call(10_000)])).map(({ kind }) => kind)).toEqual([
      "unavailable",
      "unavailable",
    ]);
    expect(asked).toBe(1);
    nowMs += 2_000;
    await Promise.all([call(), call(), call()]);
    expect(asked).toBe(2);
    isHung = false;
    expect((await call(10_000)).kind).toBe("unavailable");
    nowMs += 2_000;
    expect((await call(10_000)).kind).toBe("answer");
    expect((await Promise.all([call(10_000), call(10_000)])).map(({ kind }) => kind)).toEqual([
      "answer",
      "answer",
    ]);
  });

  it("calls with our certificate, the client's address and the body, and keeps the connection", async () => {
    const seen: unknown[] = [];
    const sockets = new Set<unknown>();
    const { url } = await serve((request, response) => {
      const socket = request.socket as TLSSocket;
      sockets.add(socket);
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const { authorized } = socket;
        const name = (socket.getPeerCertificate().subject as { CN: string }).CN;
        seen.push([
          request.method,
          request.url,
          request.headers["purrimeter-client-address"],
          body,
          authorized,
          name,
        ]);
        response.writeHead(401, { "retry-after": "7" }).end('{"a":1}');
      });
    });
    const { auth } = connect(url);
    const call = {
      method: "POST",
      path: "/login",
      clientAddress: "203.0.113.9",
      body: { email: "a" },
    } as const;
    const expected = { kind: "answer", status: 401, body: { a: 1 }, text: '{"a":1}', retryAfter: "7" };
    expect(await auth.call(call)).toMatchObject(expected);
    expect(await auth.call(call)).toMatchObject(expected);
    expect(seen[0]).toEqual(["POST", "/login", "203.0.113.9", '{"email":"a"}', true, "cloud-api"]);
    expect(sockets.size).toBe(1);
  });

  it("passes bytes on as they are, both ways, and the token of a page's cookie in a header", async () => {
    const seen: unknown[] = [];
    const { url } = await serve((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        seen.push([request.headers["purrimeter-page-refresh-token"], body]);
        response.writeHead(200, { "content-type": "application/json" }).end('{ "b" : [] }');
      });
    });
    const { auth } = connect(url);
    const call = { method: "POST", path: "/refresh", pageRefreshToken: "" } as const;
    const answer = await auth.call({ ...call, body: Buffer.from('{ "a": 1, "a": 2 ') });
    expect(answer).toMatchObject({ text: '{ "b" : [] }', mediaType: "application/json", body: { b: [] } });
    expect(seen).toEqual([["", '{ "a": 1, "a": 2 ']]);
  });

  it("refuses sessions here before it hands on the answer that ended them", async () => {
    const { url } = await serve((_, response) =>
      response.writeHead(204, { "purrimeter-ended-sessions": "aa, bb" }).end(),
    );
    const { auth, ended } = connect(url);
    expect(await auth.call({ method: "POST", path: "/logout", body: {} })).toMatchObject({ status: 204 });
    expect([ended.has("aa"), ended.has("bb")]).toEqual([true, true]);
  });

  const faults: [string, Handler, string][] = [
    ["is silent", () => undefined, "timeout: no answer in time"],
    ["answers no JSON", (_, response) => void response.end("<html>"), "not-json: answer is not JSON"],
    [
      "answers without end",
      (_, response) => void response.end("x".repeat(1_300_000)),
      "too-large: answer is too long",
    ],
    ["hangs up", (request) => void request.socket.destroy(), "unreachable: connection was closed"],
  ];
  it.each(faults)(
    "says that it is unavailable, and reports why, when the service %s",
    async (_, handler, why) => {
      const { url } = await serve(handler);
      const { auth } = connect(url);
      expect(await auth.call({ method: "GET", path: "/health", deadlineMs: 3_000 })).toEqual({
        kind: "unavailable",
      });
      expect(failures).toEqual([why]);
    },
  );

  it("talks to nobody of another authority, below TLS 1.3, or where nobody listens", async () => {
    const answer: Handler = (_, response) => response.end("{}");
    const { url: impostor } = await serve(answer, certificates.impostor);
    const { url: old } = await serve(answer, certificates.auth, "TLSv1.2");
    for (const url of [impostor, old, "https://localhost:1"])
      expect(await connect(url).auth.call({ method: "GET", path: "/health" })).toEqual({
        kind: "unavailable",
      });
    expect(failures).toEqual([
      "untrusted: unknown authority",
      "untrusted: no shared TLS version",
      "unreachable: nothing listens there",
    ]);
  });
});

describe("followEndedSessions", () => {
  it("knows what has ended, hears of more, starts again when told, and stops", async () => {
    const asked: string[] = [];
    const pages = [
      { items: [{ sid: "aa", until: NOW_S + 60 }], next: 5, reset: false },
      { items: [{ sid: "bb", until: NOW_S + 60 }], next: 6, reset: true },
      { items: [{ sid: "cc", until: NOW_S + 60 }], next: 7, reset: false },
    ];
    let third: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => (third = resolve));
    const { url } = await serve((request, response) => {
      const page = pages[asked.push(request.url ?? "") - 1];
      if (page) response.end(JSON.stringify(page));
      else third();
    });
    const { auth, ended } = connect(url);
    const stopping = new AbortController();
    expect(ended.isKnown).toBe(false);
    const following = followEndedSessions(
      { auth, ended, time: systemTime, report: NO_REPORT },
      stopping.signal,
    );
    await reached;
    expect(ended.isKnown).toBe(true);
    expect(["aa", "bb", "cc"].map((sid) => ended.has(sid))).toEqual([true, true, true]);
    expect(asked).toEqual([
      "/sessions/ended",
      "/sessions/ended?after=5&waitS=25",
      "/sessions/ended",
      "/sessions/ended?after=7&waitS=25",
    ]);
    stopping.abort();
    auth.close();
    await following;
  });

  it("waits for a service that is not there yet", async () => {
    let reachable = false;
    let tries = 0;
    const { url } = await serve((_, response) => {
      tries += 1;
      if (reachable) response.end('{"items":[],"next":1,"reset":false}');
      else response.writeHead(503).end("{}");
      reachable = true;
    });
    const { auth, ended } = connect(url);
    const stopping = new AbortController();
    const following = followEndedSessions(
      { auth, ended, time: systemTime, report: NO_REPORT },
      stopping.signal,
    );
    await expect.poll(() => ended.isKnown).toBe(true);
    expect(tries).toBeGreaterThanOrEqual(2);
    stopping.abort();
    auth.close();
    await following;
  });
});
