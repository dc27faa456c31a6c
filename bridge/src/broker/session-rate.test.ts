import { describe, expect, it } from "vitest";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { ALF, BEA, useTestSource } from "../testing/use-test-source.ts";
import { dial, dialAndJoin } from "../testing/raw-tag.ts";
import { until } from "../testing/recording-sink.ts";

const fixture = useTestSource();

describe("sessions of one certificate", () => {
  it("lets two with one certificate end each other's session only so often, and others connect", async () => {
    const time = new ManualTime();
    const port = await fixture.start({
      time,
      limits: { sessionsPerCertificate: { burst: 3, perSecond: 1 / 15 } },
    });
    for (let i = 0; i < 2; i++) await dialAndJoin(port, ALF, fixture.alf);
    const last = await dialAndJoin(port, ALF, fixture.alf);
    await (
      await dial(port, fixture.alf)
    ).closed;
    expect(fixture.open.events).toEqual(["second-session alf", "second-session alf", "session-rate alf"]);
    expect([fixture.open.source.sessions, last.socket.destroyed]).toEqual([1, false]);
    expect(fixture.open.sink.crowds).toEqual([ALF]);
    await dialAndJoin(port, BEA, fixture.bea);
    time.advance(15_000);
    await dialAndJoin(port, ALF, fixture.alf);
    await last.closed;
  });

  it("lets a tag come back as often as a bad network makes it", async () => {
    const port = await fixture.start();
    for (let i = 0; i < 15; i++) {
      const tag = await dialAndJoin(port, ALF, fixture.alf);
      tag.socket.destroy();
      await until(() => fixture.open.source.sessions === 0, "the end of the session");
    }
    expect(fixture.open.events).toEqual([]);
  });
});
