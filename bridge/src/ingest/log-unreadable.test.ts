import type { TagId } from "@purrimeter/protocol/values";
import { createLog } from "@purrimeter/service/log";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { expect, test } from "vitest";
import { createUnreadableLog } from "./log-unreadable.ts";

const [ALF, BEA] = ["alf" as TagId, "bea" as TagId];

test.each(["report.set-aside", "status.bad"] as const)(
  "a flood of %s is summed, and hides neither another tag nor another kind",
  (event) => {
    const time = new ManualTime();
    const lines: Record<string, unknown>[] = [];
    const log = createLog("bridge", {
      write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    });
    const unreadable = createUnreadableLog(log, () => time.monotonicMs());
    for (let i = 0; i < 1_000; i++) unreadable.tell(event, ALF, "truncated", i);
    expect(lines).toHaveLength(10);
    expect(lines[0]).toMatchObject({ event, tag: "alf", reason: "truncated", count: 0 });
    unreadable.tell(event, BEA, "empty");
    unreadable.tell(event === "status.bad" ? "report.set-aside" : "status.bad", ALF, "empty");
    expect(lines).toHaveLength(12);
    time.advance(59_000);
    unreadable.sumDue();
    expect(lines).toHaveLength(12);
    time.advance(1_000);
    unreadable.sumDue();
    unreadable.sumDue();
    expect(lines.slice(12)).toMatchObject([{ event: `${event}.sum`, count: 990 }]);
  },
);
