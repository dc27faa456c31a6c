import { connect, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import type { AedesSourceOptions } from "./aedes-source.ts";
import { openTestSource, type TestSource } from "../testing/open-test-source.ts";
import { dialAndJoin } from "../testing/raw-tag.ts";
import { until } from "../testing/recording-sink.ts";
import { createTestAuthority, type Credentials, type TestAuthority } from "../testing/test-authority.ts";

const ALF = "alf" as TagId;
const BEA = "bea" as TagId;

let authority: TestAuthority;
let alf: Credentials;
let bea: Credentials;
let open: TestSource;
const strangers: Socket[] = [];

beforeAll(async () => {
  authority = await createTestAuthority();
  [alf, bea] = (await authority.tags([ALF, BEA])) as [Credentials, Credentials];
});
afterAll(() => authority.remove());
afterEach(async () => {
  for (const socket of strangers.splice(0)) socket.destroy();
  await open.source.close();
});

async function start(changes: Partial<AedesSourceOptions>): Promise<number> {
  open = await openTestSource(authority.bridge, changes);
  return open.port;
}

/** Silent connections of somebody at another address. */
function flood(port: number, count: number): void {
  for (let i = 0; i < count; i++)
    strangers.push(
      connect({ port, host: "127.0.0.1", localAddress: "127.66.0.1" }).on("error", () => undefined),
    );
}

it.each([
  ["address-limit", { maxConnectionsPerAddress: 4 }],
  ["address-rate", { acceptsPerAddress: { burst: 4, perSecond: 0.001 } }],
] as const)("an honest tag gets in while one address floods (%s)", async (event, limits) => {
  const port = await start({ limits: { ...limits, accepts: { burst: 10, perSecond: 0.001 } } });
  flood(port, 40);
  await until(() => open.events.length >= 36, "the refusals");
  await dialAndJoin(port, ALF, alf);
  expect(open.events).toEqual(Array(36).fill(event));
});

it("sessions are not counted against their address", async () => {
  const port = await start({ limits: { maxConnectionsPerAddress: 1 } });
  await dialAndJoin(port, ALF, alf);
  await dialAndJoin(port, BEA, bea);
  expect(open.events).toEqual([]);
});

it("nothing of a trusted proxy is counted by address", async () => {
  const isUncounted = (address: string): boolean => address === "127.66.0.1";
  const port = await start({ limits: { maxConnectionsPerAddress: 1 }, isUncounted });
  flood(port, 4);
  await dialAndJoin(port, ALF, alf);
  expect(open.events).toEqual([]);
});
