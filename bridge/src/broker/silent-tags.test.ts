import { afterAll, beforeAll } from "vitest";
import { describeSilentConnectionContract } from "@purrimeter/service/testing/silent-connection-contract";
import { openTestSource } from "../testing/open-test-source.ts";
import { createTestAuthority, type TestAuthority } from "../testing/test-authority.ts";

let authority: TestAuthority;
beforeAll(async () => {
  authority = await createTestAuthority();
});
afterAll(() => authority.remove());

const QUICK = { handshakeTimeoutMs: 300 };

describeSilentConnectionContract("the listener of TLS 1.3", async () => {
  const { source, port } = await openTestSource(authority.bridge, { limits: QUICK });
  return { address: { host: "127.0.0.1", port }, close: () => source.close() };
});

describeSilentConnectionContract("the listener of TLS 1.2", async () => {
  const { source, tls12Port = 0 } = await openTestSource(authority.bridge, {
    limits: QUICK,
    tls12: { port: 0 },
  });
  return { address: { host: "127.0.0.1", port: tls12Port }, close: () => source.close() };
});
