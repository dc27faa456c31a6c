import { MAX_GEOFENCES } from "@purrimeter/protocol/limits";
import { Sides } from "./decide-side.ts";
import { Effects } from "./effects.ts";
import { Geofences } from "./geofence.ts";

/** Command ids that are remembered, so that one that comes twice acts once. */
const REMEMBERED_COMMANDS = 8;

/** Until settings come: as often as peers do, so that a new tag shows itself. */
const FIRST_FIX_INTERVAL_S = 60;
const FIRST_REPORT_INTERVAL_S = 300;

/** All that the tag's core knows. Changed in place by `step` alone. */
export class TagState {
  readonly geofences: Geofences;
  readonly sides: Sides;
  readonly effects: Effects;
  settingsVersion = 0;
  fixIntervalS = FIRST_FIX_INTERVAL_S;
  reportIntervalS = FIRST_REPORT_INTERVAL_S;
  isSearching = false;
  searchStartedMs = 0;
  /** Searches without a fix since the last one. */
  emptySearches = 0;
  /** When the receiver is wanted next. */
  nextFixMs = 0;
  nextHealthMs = 0;
  liveUntilMs = 0;
  /** Whether this board can feel motion at all: it did once. */
  feelsMotion = false;
  lastMotionMs = 0;
  readonly commands: Uint32Array;
  commandsSeen = 0;

  constructor() {
    this.geofences = new Geofences();
    this.sides = new Sides(MAX_GEOFENCES);
    this.effects = new Effects();
    this.commands = new Uint32Array(REMEMBERED_COMMANDS);
  }
}
