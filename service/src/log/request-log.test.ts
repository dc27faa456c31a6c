import { expect, test } from "vitest";
import { createLog } from "./log.ts";
import { RequestLog } from "./request-log.ts";

test("refusals are counted, and summed by status after the first", () => {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const log = new RequestLog(createLog("test", { write }), () => 0);
  const line = { route: "/v1/tags", method: "GET", durationMs: 1 };
  for (let i = 0; i < 1_000; i++) log.record({ ...line, status: 401 });
  for (let i = 0; i < 2; i++) log.record({ ...line, status: 503 });
  for (let i = 0; i < 30; i++) log.record({ ...line, status: 500 });
  expect(lines.filter(({ status }) => status === 401)).toHaveLength(20);
  expect(lines.filter(({ status }) => status === 503)).toHaveLength(2);
  expect(lines.filter(({ status }) => status === 500)).toHaveLength(30);
  lines.length = 0;
  log.summarise();
  log.summarise();
  expect(lines).toMatchObject([{ event: "request.refusals", status: 401, count: 980 }]);
  expect([...log.answers()]).toContainEqual({ labels: { status: "401" }, count: 1_000 });
});

test("a service that has no room writes no line for each who is turned away", () => {
  const lines: string[] = [];
  const log = new RequestLog(createLog("test", { write: (line) => void lines.push(line) }), () => 0);
  const line = { route: "/login", method: "POST", durationMs: 1, status: 503 };
  for (let i = 0; i < 1_000; i++) log.record(line);
  expect(lines).toHaveLength(20);
});
