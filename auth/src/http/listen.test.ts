import { once } from "node:events";
import { connect } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService } from "../testing/test-service.ts";
import type { TestService } from "../testing/test-service.ts";

let auth: TestService;

beforeAll(async () => {
  auth = await startTestService({ requestTimeoutMs: 300 });
});
afterAll(() => auth.close());

function open(options: ConnectionOptions = {}): TLSSocket {
  const { authority, cloudApi } = auth.certificates;
  const identity = { key: cloudApi.key, cert: cloudApi.certificate };
  return connect({ host: "127.0.0.1", port: auth.port, ca: authority, ...identity, ...options });
}

/** Everything that the server sends until it closes the connection. */
async function exchange(socket: TLSSocket, text: string): Promise<string> {
  let received = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => (received += chunk));
  socket.on("error", () => undefined);
  socket.write(text);
  await once(socket, "close");
  return received;
}

describe("the listener", () => {
  test("lets cloud-api in", async () => {
    expect((await auth.call({ path: "/health" })).body).toEqual({ status: "ok" });
  });

  test("speaks TLS 1.3", async () => {
    const socket = open();
    await once(socket, "secureConnect");
    expect(socket.getProtocol()).toBe("TLSv1.3");
    socket.destroy();
  });

  test("refuses TLS 1.2", async () => {
    await expect(
      auth.call({ path: "/health", tls: { maxVersion: "TLSv1.2", agent: false } }),
    ).rejects.toThrow();
  });

  test.each(["bridge", "impostor"] as const)("refuses the certificate of %s", async (name) => {
    const identity = auth.certificates[name];
    const before = auth.refused.length;
    await expect(auth.call({ path: "/health", identity, tls: { agent: false } })).rejects.toThrow();
    expect(auth.refused.slice(before)).toEqual([
      name === "bridge" ? "peer: the peer has another name" : "handshake: unknown authority",
    ]);
  });

  test("refuses who has no certificate", async () => {
    await expect(
      auth.call({ path: "/health", identity: undefined, tls: { agent: false } }),
    ).rejects.toThrow();
  });

  test("answers nobody but cloud-api, however fast they ask", async () => {
    const { bridge } = auth.certificates;
    const socket = open({ key: bridge.key, cert: bridge.certificate });
    expect(await exchange(socket, "GET /.well-known/jwks.json HTTP/1.1\r\nhost: localhost\r\n\r\n")).toBe("");
  });

  test("drops a body that comes too slowly", async () => {
    const head =
      "POST /login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 90\r\n";
    const answer = await exchange(open(), `${head}purrimeter-client-address: 192.0.2.1\r\n\r\n{`);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /u);
  });

  test("takes a client that hangs up in its body for no failure of its own", async () => {
    const head =
      "POST /login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 90\r\n";
    const before = auth.logLines.length;
    const socket = open();
    await once(socket, "secureConnect");
    socket.end(`${head}purrimeter-client-address: 192.0.2.1\r\n\r\n{`);
    const lines = (): string => auth.logLines.slice(before).join("");
    await expect.poll(lines, { timeout: 30_000 }).toContain('"status":499');
    expect(lines()).not.toContain("request.failed");
  });

  test("drops headers that never end", async () => {
    expect(await exchange(open(), "GET /health HTTP/1.1\r\nhost: loc")).toMatch(/^(?:HTTP\/1\.1 408 |$)/u);
  });

  test("refuses a flood of headers", async () => {
    const flood = Array.from({ length: 400 }, (_, i) => `x-flood-${i}: ${"x".repeat(40)}\r\n`).join("");
    const answer = await exchange(open(), `GET /health HTTP/1.1\r\nhost: localhost\r\n${flood}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /u);
  });
});
