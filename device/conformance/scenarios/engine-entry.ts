import type { Track } from "./scenario.ts";
import { needsTrack, runScenario, scenarioNames } from "./run-scenario.ts";

/** What an engine's prelude declares before this bundle is evaluated, and calls afterwards. */
declare const engine: {
  scenarioNames: () => string[];
  needsTrack: (name: string) => boolean;
  runScenario: (name: string, track: Track, write: (line: string) => void) => boolean;
};

engine.scenarioNames = scenarioNames;
engine.needsTrack = needsTrack;
engine.runScenario = runScenario;
