import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import type { AedesSourceOptions } from "./aedes-source.ts";
import { openTestSource, type TestSource } from "../testing/open-test-source.ts";
import { dial, dialAndJoin } from "../testing/raw-tag.ts";
import { until } from "../testing/recording-sink.ts";
import { createTestAuthority, type Credentials, type TestAuthority } from "../testing/test-authority.ts";

const ALF = "alf" as TagId;
const BEA = "bea" as TagId;

let authority: TestAuthority;
let alf: Credentials;
let bea: Credentials;
let open: TestSource;

beforeAll(async () => {
  authority = await createTestAuthority();
  [alf, bea] = (await authority.tags([ALF, BEA])) as [Credentials, Credentials];
});
afterAll(() => authority.remove());
afterEach(() => open.source.close());

async function start(changes: Partial<AedesSourceOptions> = {}): Promise<number> {
  open = await openTestSource(authority.bridge, changes);
  return open.port;
}

describe("sessions of one certificate", () => {
  it("lets two with one certificate end each other's session only so often, and others connect", async () => {
    const time = new ManualTime();
    const port = await start({ time, limits: { sessionsPerCertificate: { burst: 3, perSecond: 1 / 15 } } });
    for (let i = 0; i < 2; i++) await dialAndJoin(port, ALF, alf);
    const last = await dialAndJoin(port, ALF, alf);
    await (
      await dial(port, alf)
    ).closed;
    expect(open.events).toEqual(["second-session alf", "second-session alf", "session-rate alf"]);
    expect([open.source.sessions, last.socket.destroyed]).toEqual([1, false]);
    expect(open.sink.crowds).toEqual([ALF]);
    await dialAndJoin(port, BEA, bea);
    time.advance(15_000);
    await dialAndJoin(port, ALF, alf);
    await last.closed;
  });

  it("lets a tag come back as often as a bad network makes it", async () => {
    const port = await start();
    for (let i = 0; i < 15; i++) {
      const tag = await dialAndJoin(port, ALF, alf);
      tag.socket.destroy();
      await until(() => open.source.sessions === 0, "the end of the session");
    }
    expect(open.events).toEqual([]);
  });
});
