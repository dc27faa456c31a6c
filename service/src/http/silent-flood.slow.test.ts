import { beforeAll } from "vitest";
import { listenOnLoopback } from "../testing/listen-on-loopback.ts";
import { describeSilentConnectionContract } from "../testing/silent-connection.contract.ts";
import { createTestCertificates } from "../testing/test-certificates.ts";
import type { TestIdentity } from "../testing/test-certificates.ts";
import { PUBLIC_HTTP_LIMITS } from "./http-limits.ts";

let identity: TestIdentity;
beforeAll(async () => {
  identity = await (await createTestCertificates()).identity("server");
});

/** More than all places of a listener; refused or kept, each takes a file of this process at either end. */
const COUNT = 5_000;

describeSilentConnectionContract(
  "a listener for anybody, flooded",
  async () => {
    const listening = await listenOnLoopback(() => new Response("x"), identity, {
      limits: { ...PUBLIC_HTTP_LIMITS, handshakeTimeoutMs: 2_000, maxConnectionsPerAddress: COUNT },
    });
    return { address: { host: "127.0.0.1", port: listening.port }, close: () => listening.close(0) };
  },
  COUNT,
);
