import type { Scenario, Track } from "./scenario.ts";
import { CAT_WEEKS } from "./scripts/cat-weeks.ts";
import { CUTS, FULL_JOURNALS } from "./scripts/cuts.ts";
import { LINKS, SPARING_LINKS } from "./scripts/links.ts";
import { BEACON_NIGHTS, NIGHTS } from "./scripts/nights.ts";
import { ORDERS } from "./scripts/orders.ts";
import { PLACES } from "./scripts/places.ts";
import { LARGE_BOARD, SMALL_BOARD, TINY_BOARD } from "./scripts/shapes.ts";
import { SKIES } from "./scripts/skies.ts";
import { VirtualBoard, type BoardOptions } from "./virtual-board.ts";

interface Group {
  readonly board: BoardOptions;
  readonly scenarios: readonly Scenario[];
}

const GROUPS: readonly Group[] = [
  { board: SMALL_BOARD, scenarios: PLACES },
  { board: SMALL_BOARD, scenarios: SKIES },
  { board: SMALL_BOARD, scenarios: NIGHTS },
  { board: Object.assign({}, SMALL_BOARD, { hasBeacon: true }), scenarios: BEACON_NIGHTS },
  { board: LARGE_BOARD, scenarios: LINKS },
  { board: Object.assign({}, LARGE_BOARD, { idleTimeoutMs: 10_000 }), scenarios: SPARING_LINKS },
  { board: SMALL_BOARD, scenarios: ORDERS },
  { board: SMALL_BOARD, scenarios: CUTS },
  { board: TINY_BOARD, scenarios: FULL_JOURNALS },
  { board: LARGE_BOARD, scenarios: CAT_WEEKS },
];

/** Names of all scenarios, in order. */
export function scenarioNames(): string[] {
  const names: string[] = [];
  for (const group of GROUPS) for (const scenario of group.scenarios) names.push(scenario.name);
  return names;
}

/** Whether the scenario of this name needs a recorded track. */
export function needsTrack(name: string): boolean {
  for (const scenario of CAT_WEEKS) if (scenario.name === name) return true;
  return false;
}

/** Runs the scenario of this name and writes its transcript line by line; false when there is none of that name. */
export function runScenario(name: string, track: Track, write: (line: string) => void): boolean {
  for (const group of GROUPS) {
    for (const scenario of group.scenarios) {
      if (scenario.name !== name) continue;
      const board = new VirtualBoard(group.board, write);
      scenario.run(board, track);
      board.finish();
      return true;
    }
  }
  return false;
}
