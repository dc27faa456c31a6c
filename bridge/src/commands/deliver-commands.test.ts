import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodeCommand } from "@purrimeter/protocol/command";
import type { AnswerOutcome, Entry } from "@purrimeter/protocol/entry";
import type { Report, Status } from "@purrimeter/protocol/messages";
import { encodeReport } from "@purrimeter/protocol/report";
import { encodeStatus } from "@purrimeter/protocol/status";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { createLog } from "@purrimeter/service/log";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import type { CommandDraft, CommandKind, TagCommand } from "@purrimeter/store/command";
import type { Store } from "@purrimeter/store/open-store";
import { createBridge, type Bridge } from "../bridge.ts";
import type { ReportSource } from "../broker/report-source.ts";
import { createBridgeCounters } from "../metrics/bridge-counters.ts";
import { claimTag, createTestStore, OWNER, type TestStore } from "../testing/test-store.ts";

const ALF = "alf" as TagId;

let files: TestStore;
let store: Store;
let time: ManualTime;
let isPlausible: boolean;
/** Whether the tag is there and takes commands. */
let isThere: boolean;
let sent: string[];
let bridge: Bridge;

const now = (): UnixSeconds => time.utcS() as UnixSeconds;

beforeEach(async () => {
  files = createTestStore();
  time = new ManualTime();
  isPlausible = true;
  isThere = false;
  sent = [];
  store = files.open({ now, monotonicMs: () => time.monotonicMs() });
  await claimTag(store, ALF);
  bridge = open();
});
afterEach(async () => {
  await store.close();
  files.remove();
});

/** A bridge whose source notes what it sends. */
function open(to: string[] = sent): Bridge {
  const source: Pick<ReportSource, "send"> = {
    send: (_, channel, bytes) => {
      if (!isThere) return false;
      const command = channel === "command" ? decodeCommand(bytes) : undefined;
      if (command?.ok === true) to.push(`${command.value.id} ${command.value.action}`);
      return true;
    },
  };
  const clock = { heard: () => undefined, isTrusted: () => isPlausible, isPlausible: () => isPlausible };
  const log = createLog("bridge", { write: () => undefined });
  const parts = {
    store: store.reports,
    commands: store.commands,
    source: source as ReportSource,
    log,
    clock,
  };
  return createBridge({ ...parts, counters: createBridgeCounters(), retentionDays: 30, now, time });
}

async function comes(status: Partial<Status> = { wireVersion: 2 }, to: Bridge = bridge): Promise<void> {
  isThere = true;
  to.sink.subscribed(ALF, "command");
  const whole = { online: true, settingsVersion: 0, firmware: "1.0.0", ...status };
  await to.sink.status(ALF, encodeStatus(whole));
  await to.tick();
}

function goes(): void {
  isThere = false;
  bridge.sink.left(ALF);
}

async function given(kind: CommandKind, more: Partial<CommandDraft> = {}): Promise<TagCommand> {
  const seconds = kind === "locate" || kind === "stop" ? 0 : 60;
  const draft = {
    kind,
    seconds,
    expiresAt: (now() + 600) as UnixSeconds,
    idempotencyKey: undefined,
    ...more,
  };
  const outcome = await store.forOwner(OWNER).giveCommand(ALF, draft);
  if (outcome.kind === "refused") throw new Error(outcome.reason);
  return outcome.command;
}

async function stateOf({ id }: TagCommand): Promise<unknown> {
  const command = await store.forOwner(OWNER).command(ALF, id);
  return command === "not-found" ? command : command.state;
}

let number = 0;
async function answers({ id }: TagCommand, outcome: AnswerOutcome = "done"): Promise<void> {
  const entry: Entry = { kind: "answer", at: now(), command: id, outcome };
  const report = { epoch: 9, first: ++number, oldest: 1, entries: [entry] } as unknown as Report;
  await bridge.sink.report(ALF, encodeReport(report).slice());
}

async function passes(ms: number): Promise<void> {
  time.advance(ms);
  await bridge.tick();
}

describe("a command", () => {
  it("waits for a tag that is away, and is sent when it comes", async () => {
    const buzz = await given("buzz");
    await bridge.tick();
    expect([sent, await stateOf(buzz)]).toEqual([[], "pending"]);
    await comes();
    expect([sent, await stateOf(buzz)]).toEqual([[`${buzz.id} buzz`], "sent"]);
    await answers(buzz);
    expect(await stateOf(buzz)).toBe("done");
  });

  it("is sent at the next tick to a tag that is there, once", async () => {
    await comes();
    const [live, locate] = [await given("live"), await given("locate")];
    await Promise.all([bridge.tick(), bridge.tick()]);
    await bridge.tick();
    expect(sent).toEqual([`${live.id} live`, `${locate.id} locate`]);
  });

  it("is not sent before the tag takes commands", async () => {
    await given("buzz");
    isThere = true;
    await bridge.sink.status(
      ALF,
      encodeStatus({ online: true, settingsVersion: 0, firmware: "1", wireVersion: 2 }),
    );
    await bridge.tick();
    expect(sent).toEqual([]);
  });

  it("is sent again after half a minute without an answer, until it answers", async () => {
    await comes();
    const buzz = await given("buzz");
    await bridge.tick();
    await passes(29_999);
    expect(sent).toHaveLength(1);
    await passes(1);
    expect(sent).toHaveLength(2);
    await answers(buzz);
    await passes(60_000);
    expect(sent).toHaveLength(2);
  });

  it("is sent again at once in the tag's next session: the one before may have been dead", async () => {
    await comes();
    await given("buzz");
    await bridge.tick();
    goes();
    await passes(60_000);
    expect(sent).toHaveLength(1);
    await comes();
    expect(sent).toHaveLength(2);
  });

  it("that is replaced is not sent again", async () => {
    await comes();
    const first = await given("buzz");
    await bridge.tick();
    const second = await given("buzz");
    await passes(30_000);
    await passes(30_000);
    expect(sent.filter((one) => one === `${first.id} buzz`)).toHaveLength(1);
    expect(sent.filter((one) => one === `${second.id} buzz`)).toHaveLength(2);
  });

  it("expires whether the tag comes or not, and is not sent after that", async () => {
    const waiting = await given("buzz");
    await passes(601_000);
    expect(await stateOf(waiting)).toBe("expired");
    await comes();
    const unanswered = await given("light");
    await bridge.tick();
    await passes(601_000);
    expect(await stateOf(unanswered)).toBe("expired");
    expect(sent).toEqual([`${unanswered.id} light`]);
    await answers(unanswered);
    expect(await stateOf(unanswered)).toBe("done");
  });

  it("waits while the clock may be wrong", async () => {
    const buzz = await given("buzz");
    isPlausible = false;
    await comes();
    await passes(10_000);
    expect(sent).toEqual([]);
    isPlausible = true;
    await bridge.tick();
    expect(sent).toEqual([`${buzz.id} buzz`]);
  });

  it("is refused for firmware that is too old, and only when the tag has said so", async () => {
    const locate = await given("locate");
    isThere = true;
    bridge.sink.subscribed(ALF, "command");
    await bridge.tick();
    expect(await stateOf(locate)).toBe("pending");
    await comes({});
    expect(await store.forOwner(OWNER).command(ALF, locate.id)).toMatchObject({
      state: "refused",
      reason: "too-old",
    });
    expect(sent).toEqual([]);
  });

  it("is not sent to a tag that was revoked", async () => {
    await comes();
    await given("buzz");
    await store.registry.revoke(ALF, now());
    await passes(1_000);
    expect(sent).toEqual([]);
  });

  it("two bridges send it each once, and the tag's answer ends both", async () => {
    const other: string[] = [];
    const second = open(other);
    await comes();
    await comes({ wireVersion: 2 }, second);
    const buzz = await given("buzz");
    await Promise.all([bridge.tick(), second.tick()]);
    expect([sent, other]).toEqual([[`${buzz.id} buzz`], [`${buzz.id} buzz`]]);
    await answers(buzz);
    time.advance(30_000);
    await Promise.all([bridge.tick(), second.tick()]);
    expect([sent, other].flat()).toHaveLength(2);
  });
});
