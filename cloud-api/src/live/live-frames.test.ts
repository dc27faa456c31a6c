import { expect, test } from "vitest";
import { LiveFrames } from "./live-frames.ts";
import type { LivePosition } from "./live-positions.ts";

const AT: LivePosition = { reports: { report: 7, number: 3, cut: 1 }, commands: 4, alerts: 9, told: "abc" };

test("an id is sealed once for a position, and again for each other and after clear", () => {
  const frames = new LiveFrames();
  let sealed = 0;
  const seal = (): string => `${++sealed}`;
  expect([frames.id(AT, seal), frames.id({ ...AT, reports: { ...AT.reports } }, seal)]).toEqual(["1", "1"]);
  const others: Partial<LivePosition>[] = [
    { reports: { ...AT.reports, report: 8 } },
    { reports: { ...AT.reports, number: 4 } },
    { reports: { ...AT.reports, cut: 2 } },
    { commands: 5 },
    { alerts: 10 },
    { told: "abd" },
  ];
  const ids = others.map((other) => frames.id({ ...AT, ...other }, seal));
  expect(ids).toEqual(["2", "3", "4", "5", "6", "7"]);
  frames.clear();
  expect(frames.id(AT, seal)).toBe("8");
});

test("an event is encoded once, and never stands for one with other content", () => {
  const frames = new LiveFrames();
  const first = frames.event("i", "location", '{"lat":1}');
  expect(Buffer.from(first).toString()).toBe('id: i\nevent: location\ndata: {"lat":1}\n\n');
  expect(frames.event("i", "location", '{"lat":1}')).toBe(first);
  expect(Buffer.from(frames.event("i", "location", '{"lat":2}')).toString()).toContain('{"lat":2}');
  expect(Buffer.from(frames.event("i", "settings", '{"lat":1}')).toString()).toContain("event: settings");
});
