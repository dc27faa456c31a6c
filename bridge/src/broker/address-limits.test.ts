import { connect, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { ALF, BEA, useTestSource } from "../testing/use-test-source.ts";
import { dialAndJoin } from "../testing/raw-tag.ts";
import { until } from "../testing/recording-sink.ts";

const fixture = useTestSource();
const strangers: Socket[] = [];

afterEach(() => {
  for (const socket of strangers.splice(0)) socket.destroy();
});

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
  const port = await fixture.start({ limits: { ...limits, accepts: { burst: 10, perSecond: 0.001 } } });
  flood(port, 40);
  await until(() => fixture.open.events.length >= 36, "the refusals");
  await dialAndJoin(port, ALF, fixture.alf);
  expect(fixture.open.events).toEqual(Array(36).fill(event));
});

it("sessions are not counted against their address", async () => {
  const port = await fixture.start({ limits: { maxConnectionsPerAddress: 1 } });
  await dialAndJoin(port, ALF, fixture.alf);
  await dialAndJoin(port, BEA, fixture.bea);
  expect(fixture.open.events).toEqual([]);
});

it("nothing of a trusted proxy is counted by address", async () => {
  const isUncounted = (address: string): boolean => address === "127.66.0.1";
  const port = await fixture.start({ limits: { maxConnectionsPerAddress: 1 }, isUncounted });
  flood(port, 4);
  await dialAndJoin(port, ALF, fixture.alf);
  expect(fixture.open.events).toEqual([]);
});
