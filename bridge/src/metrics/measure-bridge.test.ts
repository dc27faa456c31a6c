import { Metrics } from "@purrimeter/service/metrics";
import { expect, test } from "vitest";
import { createBridgeCounters } from "./bridge-counters.ts";
import { measureBridge } from "./measure-bridge.ts";

test("counts and sizes are read when they are asked for", async () => {
  const counters = createBridgeCounters();
  const sizes = { sessions: 0, connections: 2 };
  const metrics = new Metrics("bridge");
  measureBridge(metrics, counters, sizes);
  counters.add("reports");
  counters.add("security", "revoked-tag");
  counters.add("security-lines-dropped", undefined, 3);
  counters.add("decided-again.differ", "side");
  sizes.sessions = 3;
  const { text } = await metrics.text();
  expect(text.split("\n")).toEqual(
    expect.arrayContaining([
      "# TYPE purrimeter_bridge_reports_total counter",
      "purrimeter_bridge_reports_total 1",
      'purrimeter_bridge_security_total{reason="revoked-tag"} 1',
      "purrimeter_bridge_security_lines_dropped_total 3",
      'purrimeter_bridge_decided_again_total{reason="differ.side"} 1',
      "purrimeter_bridge_sessions 3",
      "purrimeter_bridge_connections 2",
    ]),
  );
});
