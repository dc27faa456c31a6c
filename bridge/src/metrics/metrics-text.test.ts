import { expect, it } from "vitest";
import { createBridgeCounters } from "./bridge-counters.ts";
import { metricsText } from "./metrics-text.ts";

it("writes gauges and counters, each type once and the reasons as labels", () => {
  const counters = createBridgeCounters();
  counters.add("refused", "unclaimed", 2);
  counters.add("reports", undefined, 7);
  counters.add("decided-again.differ", "other-side");
  counters.add("decided-again", "agree", 5);
  counters.add("refused", "busy");
  expect(metricsText(counters.counts, { sessions: 3 })).toBe(
    `# TYPE purrimeter_bridge_sessions gauge
purrimeter_bridge_sessions 3
# TYPE purrimeter_bridge_decided_again_total counter
purrimeter_bridge_decided_again_total{reason="agree"} 5
purrimeter_bridge_decided_again_total{reason="differ.other-side"} 1
# TYPE purrimeter_bridge_refused_total counter
purrimeter_bridge_refused_total{reason="busy"} 1
purrimeter_bridge_refused_total{reason="unclaimed"} 2
# TYPE purrimeter_bridge_reports_total counter
purrimeter_bridge_reports_total 7
`,
  );
});

it("names a type once, also where one name begins with another", () => {
  const counters = createBridgeCounters();
  for (const name of ["security", "security-lines-dropped"]) counters.add(name);
  counters.add("security", "expired");
  const types = metricsText(counters.counts, {}).match(/^# TYPE .*$/gm);
  expect(types).toHaveLength(2);
});
