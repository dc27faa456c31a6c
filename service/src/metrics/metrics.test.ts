import { expect, test } from "vitest";
import { Metrics } from "./metrics.ts";

test("writes counters, gauges and durations with the service's name before theirs", async () => {
  const metrics = new Metrics("cloud-api");
  metrics.counter({ name: "answers_total", help: "Answers.", labels: ["status"] }).inc({ status: "200" }, 2);
  let size = 3;
  metrics.gauge({ name: "streams", help: "Open streams." }, () => size);
  metrics.durations({ name: "answer_seconds", help: "Time to answer." }).observe(0.2);
  size = 4;
  const { text, mediaType } = await metrics.text();
  expect(mediaType).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(text).toContain('purrimeter_cloud_api_answers_total{status="200"} 2\n');
  expect(text).toContain("purrimeter_cloud_api_streams 4\n");
  expect(text).toContain('purrimeter_cloud_api_answer_seconds_bucket{le="0.25"} 1\n');
});

test("reads counts that are kept elsewhere, each time", async () => {
  const metrics = new Metrics("bridge");
  const counts = new Map([["a", 1]]);
  metrics.countsOf({ name: "things_total", help: "Things.", labels: ["reason"] }, () =>
    [...counts].map(([reason, count]) => ({ labels: { reason }, count })),
  );
  await metrics.text();
  counts.set("a", 3).set("b", 1);
  const { text } = await metrics.text();
  expect(text).toContain('purrimeter_bridge_things_total{reason="a"} 3\n');
  expect(text).toContain('purrimeter_bridge_things_total{reason="b"} 1\n');
});

test("a process has a registry of its own", async () => {
  new Metrics("a").counter({ name: "x_total", help: "X." });
  const other = new Metrics("b");
  other.collectProcess();
  const { text } = await other.text();
  expect(text).not.toContain("purrimeter_a_");
  expect(text).toContain("process_resident_memory_bytes");
});

test.each(["answers", "Answers_total", "latency_ms_total", "a-b_total", "_total"])(
  "refuses the counter %j",
  (name) => {
    expect(() => new Metrics("a").counter({ name, help: "X." })).toThrow(RangeError);
  },
);

test("refuses durations in another unit than seconds", () => {
  expect(() => new Metrics("a").durations({ name: "wait_ms", help: "X." })).toThrow(RangeError);
});
