import { MAX_GEOFENCES } from "@purrimeter/protocol/limits";
import { Sides } from "./geofence/decide-side.ts";
import { Effects } from "./effects.ts";
import { Geofences } from "./geofence/geofence.ts";

/** Number of command ids that are remembered, so that a command received twice acts once. */
const REMEMBERED_COMMANDS = 8;

/** Before settings arrive: an interval usual for trackers, so that a new tag can be seen. */
const FIRST_FIX_INTERVAL_S = 60;
const FIRST_REPORT_INTERVAL_S = 300;

/** The state of the tag's core. Only `step` changes it, in place. */
export class TagState {
  readonly geofences: Geofences;
  readonly sides: Sides;
  readonly effects: Effects;
  settingsVersion = 0;
  /** Number of geofences of the settings. */
  decided = 0;
  fixIntervalS = FIRST_FIX_INTERVAL_S;
  reportIntervalS = FIRST_REPORT_INTERVAL_S;
  /** When the next fix is due, in monotonic milliseconds; Infinity while the cat rests. */
  nextFixMs = 0;
  isSearching = false;
  searchStartedMs = 0;
  /** What the receiver listed in this search or the last one: 0 nothing yet, DARK or LIGHT (pace.ts). */
  received = 0;
  /** When the last search or listening ended; motion after it calls for a new fix. */
  lastSearchEndMs = -1;
  lastFixMs = -Infinity;
  /** Searches without a fix since the last one. */
  emptySearches = 0;
  /** When the last of them ended, UTC; 0 when there was none, or the time was not known. */
  darkAtS = 0;
  /** Whether the next fix is taken whatever the cat does: new geofences, live mode. */
  isFixWanted = false;
  /** The shortest distance from the last fix to outside a geofence that the cat is inside of, in cm. */
  exitCm = 0;
  /** Fixes in a row that contradict a side, or find none decided. */
  doubts = 0;
  nextHealthMs = 0;
  /** The battery now, and as the last health entry has it, 0 to 100. */
  percent = 0;
  notedPercent = 0;
  /** UTC less monotonic time at the last reading; NaN before the first. */
  clockOffsetMs = NaN;
  /** The last reading's time does not fit the time that passed since the one before: one of the two has a wrong date. */
  isClockDoubted = false;
  /** The last health entry has no time, because the tag did not know it: another follows as soon as it does. */
  owesDatedHealth = false;
  liveUntilMs = 0;
  /** Of lost mode, as LostMode has it; 0 while the cat is not lost. */
  lostIntervalS = 0;
  lostFloorPercent = 0;
  lostBuzzS = 0;
  lostUntilS = 0;
  /** When motion may sound the buzzer again. */
  nextBuzzMs = 0;
  /** The next fix was asked for, and is reported at once. */
  isLocating = false;
  /** Whether this board can detect motion at all: it did at least once. */
  feelsMotion = false;
  lastMotionMs = 0;
  /** The cat has not moved since the last search, so no fix is due. */
  isResting = false;
  /** Whether the board can listen for the home beacon. */
  hasBeacon = false;
  isListening = false;
  listenStartedMs = 0;
  /** The home beacon was detected when the tag last listened. */
  isHome = false;
  /** Searches since the beacon was first detected, with no side inside. */
  homeSearches = 0;
  /** Time since the last fix in which the cat rested or was at home, so that its sides do not age. */
  restedMs = 0;
  lastStepMs = 0;
  readonly commands: Uint32Array;
  /** When each of them ends, in monotonic milliseconds; 0 when there is nothing to end. */
  readonly commandEndsMs: Float64Array;
  commandsSeen = 0;

  constructor() {
    this.geofences = new Geofences();
    this.sides = new Sides(MAX_GEOFENCES);
    this.effects = new Effects();
    this.commands = new Uint32Array(REMEMBERED_COMMANDS);
    this.commandEndsMs = new Float64Array(REMEMBERED_COMMANDS);
  }
}
