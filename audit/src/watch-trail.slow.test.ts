import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { createLog } from "@purrimeter/service/log";
import { createTestAlarms } from "@purrimeter/service/testing/test-alarms";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CheckpointSigner } from "./checkpoint-signer.ts";
import { openTestTrail, type TestTrail } from "./testing/test-trail.ts";
import { watchTrail } from "./watch-trail.ts";

const DAY_MS = 86_400_000;
const ROWS = 1_200;

let kept: TestTrail;
let time: ManualTime;
let signer: CheckpointSigner;
let found: string[];
let alarmed: string[];
let cancel: () => void;

beforeEach(() => {
  kept = openTestTrail();
  time = new ManualTime();
  const { trail, keys, path } = kept;
  const failed = (error: unknown): void => expect.unreachable(String(error));
  signer = new CheckpointSigner({ trail, keys, path, time, failed });
  kept.append(1, ...Array.from({ length: ROWS }, (_, i) => ({ subject: `s${i + 1}` })));
  signer.sign();
  found = [];
  const line = (text: string): void => {
    const { event, reason = "", count = 0 } = JSON.parse(text) as Record<string, string>;
    found.push(`${event} ${reason} ${count}`);
  };
  const log = createLog("auth", { write: line });
  const { alarms, raised } = createTestAlarms(() => time.monotonicMs());
  alarmed = raised;
  cancel = watchTrail({ trail, keys, path, time, log, alarms });
});
afterEach(() => {
  cancel();
  kept.close();
});

test("a row that was changed is found after a start, and each day", async () => {
  kept.database.exec("UPDATE trail SET actor = 'x' WHERE number = 700");
  await time.advanceInTurns(100_000);
  expect(found).toEqual(["audit.broken changed 700"]);
  expect(alarmed).toEqual(["trail-broken"]);
  await time.advanceInTurns(DAY_MS);
  expect(alarmed).toEqual(["trail-broken", "trail-broken"]);
});

test("an end that was cut off is found", async () => {
  kept.database.exec("DELETE FROM trail WHERE number > 1190");
  await time.advanceInTurns(100_000);
  expect(found).toEqual(["audit.broken end-missing 1191"]);
});

test("a copy from before is found by the checkpoints, although its rows fit each other", async () => {
  kept.database.exec("DELETE FROM trail WHERE number > 1190; UPDATE sqlite_sequence SET seq = 1190");
  await time.advanceInTurns(100_000);
  expect(found).toEqual(["audit.broken rolled-back 1191"]);
});

test("a trail that grows while it is read is intact, and a fault that passes is none", async () => {
  for (let turn = 0; turn < 60; turn++) {
    kept.append(2_000 + turn, { subject: "more" });
    signer.sign();
    await time.advanceInTurns(1_000);
  }
  kept.database.exec("UPDATE trail SET actor = 'x' WHERE number = 7");
  await time.advanceInTurns(DAY_MS - 10_000);
  kept.database.exec("UPDATE trail SET actor = '' WHERE number = 7");
  await time.advanceInTurns(DAY_MS);
  expect(found).toEqual([]);
});

test("nothing goes on after it is cancelled", async () => {
  await time.advanceInTurns(30_000);
  cancel();
  await time.advanceInTurns(DAY_MS);
  expect(time.pending).toBe(0);
  expect(found).toEqual([]);
});
