import { beforeEach, expect, test } from "vitest";
import { ManualTime } from "../testing/manual-time.ts";
import { createLog } from "./log.ts";
import { StateLog } from "./state-log.ts";

const REFUSED = { reason: "nothing listens there", code: "ECONNREFUSED" };
const EXPIRED = { reason: "certificate has expired", code: "CERT_HAS_EXPIRED" };

let lines: string[];
let time: ManualTime;
let state: StateLog;

beforeEach(() => {
  lines = [];
  time = new ManualTime();
  const log = createLog("test", { write: (line) => void lines.push(line) });
  const watched = { event: "auth", failed: "auth cannot be reached", recovered: "auth answers again" };
  state = new StateLog(log, watched, () => time.monotonicMs());
});

function events(): string[] {
  return lines.map((line) => {
    const { event, code = "" } = JSON.parse(line) as { event: string; code?: string };
    return `${event} ${code}`.trim();
  });
}

test("says once that it failed, and why; again for another reason; and that it works again", () => {
  state.succeeded();
  for (let i = 0; i < 5; i++) state.failed(REFUSED);
  state.failed(EXPIRED);
  for (let i = 0; i < 5; i++) state.succeeded();
  expect(events()).toEqual(["auth.failed ECONNREFUSED", "auth.failed CERT_HAS_EXPIRED", "auth.recovered"]);
});

test("writes a bounded number of lines when both alternate, and the state at the end later", () => {
  for (let i = 0; i < 1_000; i++) {
    state.failed(REFUSED);
    state.succeeded();
  }
  expect(lines).toHaveLength(20);
  time.advance(5_000);
  state.failed(EXPIRED);
  expect(events().at(-1)).toBe("auth.failed CERT_HAS_EXPIRED");
});
