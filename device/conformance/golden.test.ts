import { describe, expect, it } from "vitest";
import { catTrack, NO_TRACK } from "./cat-track.ts";
import { goldenOf, readGoldens } from "./golden.ts";
import { needsTrack, runScenario, scenarioNames } from "./scenarios/run-scenario.ts";

const goldens = readGoldens();
const track = catTrack();

// A tag's behaviour changes only on purpose: then `npm run golden` records it again, and the review shows the change.
describe("golden scenarios on V8", () => {
  it("are recorded, every one, and at least forty", () => {
    expect(Object.keys(goldens)).toEqual(scenarioNames());
    expect(scenarioNames().length).toBeGreaterThanOrEqual(40);
    expect(new Set(scenarioNames()).size).toBe(scenarioNames().length);
  });

  it.for(scenarioNames())("%s", (name, { skip }) => {
    if (needsTrack(name) && track === undefined) skip("the recorded cats are not here (../shared/data/cats)");
    const lines: string[] = [];
    runScenario(name, track ?? NO_TRACK, (line) => lines.push(line));
    expect(goldenOf(lines)).toEqual(goldens[name]);
  });
});
