import type { AnswerOutcome } from "@purrimeter/protocol/entry";
import type { ReceivedCommand, Settings } from "@purrimeter/protocol/messages";
import type { Side } from "@purrimeter/protocol/values";
import { decide, EXACT_WITHIN_CM, expire, setDetection } from "./geofence/decide-side.ts";
import type { Fix } from "./nmea/fix-filter.ts";
import {
  endEmptySearch,
  endListening,
  beaconDetected,
  startSearch,
  planNextFix,
  requestFix,
  moved,
  nextSearchMs,
  satellitesListed,
  passTime,
} from "./pace/gnss-search.ts";
import type { TagEvent } from "./tag-event.ts";
import type { TagState } from "./tag-state.ts";

/** The battery is recorded a few times a day. */
const HEALTH_INTERVAL_MS = 6 * 3_600_000;

/** Recorded at once when the battery rose by this: it was charged. A gauge wanders by less. */
const CHARGED_PERCENT = 5;
const FULL_PERCENT = 100;

/** Between two readings the monotonic clock errs by less, also after a day at rest. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** In the worst case the true place is this many claimed errors nearer to the edge. */
const DOUBTED_ERRORS = 2;

/**
 * One step of the tag's core: changes `state` in place and leaves the effects to perform in `state.effects`. The same
 * state and event give the same state and effects on every engine.
 */
export function step(state: TagState, event: TagEvent): void {
  state.effects.clear();
  passTime(state, event.nowMs);
  switch (event.kind) {
    case "fix":
      return applyFix(state, event.nowMs, event.fix, event.number);
    case "moved":
      return moved(state, event.nowMs);
    case "satellites":
      return satellitesListed(state, event.areReceived);
    case "home":
      return beaconDetected(state, event.nowMs);
    case "settings":
      return configure(state, event.nowMs, event.settings, event.kept);
    case "command":
      return obey(state, event.command, event.nowMs, event.utcS);
    case "tick":
      return tick(state, event.nowMs, event.utcS, event.number);
  }
}

/** When the next tick is due, in monotonic milliseconds. */
export function nextTickMs(state: TagState): number {
  return Math.min(nextSearchMs(state), state.nextHealthMs);
}

function tick(state: TagState, nowMs: number, utcS: number, number: number): void {
  age(state, utcS, number);
  endLost(state, nowMs, utcS);
  addHealth(state, nowMs, utcS);
  endEmptySearch(state, nowMs, utcS);
  endListening(state, nowMs);
  startSearch(state, nowMs);
}

function applyFix(state: TagState, nowMs: number, fix: Fix, number: number): void {
  checkClock(state, fix.at * 1_000 - nowMs);
  if (!state.isSearching || nowMs < state.nextFixMs) return;
  state.effects.add("append-fix", fix.at, 0);
  let isDoubted = false;
  state.exitCm = 0;
  for (let index = 0; index < state.geofences.count; index++) {
    if (decideOne(state, index, fix, number)) isDoubted = true;
  }
  state.doubts = isDoubted ? state.doubts + 1 : 0;
  if (state.isLocating || nowMs < state.liveUntilMs || state.lostIntervalS > 0)
    state.effects.add("report-now", fix.at, 0);
  state.isLocating = false;
  state.emptySearches = 0;
  state.darkAtS = 0;
  state.restedMs = 0;
  state.lastFixMs = nowMs;
  planNextFix(state, nowMs);
}

/** A jump of the time is doubted until a second reading agrees with it. */
function checkClock(state: TagState, offsetMs: number): void {
  state.isClockDoubted = Math.abs(offsetMs - state.clockOffsetMs) > CLOCK_TOLERANCE_MS;
  state.clockOffsetMs = offsetMs;
}

/** Decides one geofence; true when the fix leaves its side in doubt. */
function decideOne(state: TagState, index: number, fix: Fix, number: number): boolean {
  const from = state.sides.side(index);
  const distanceCm = state.geofences.distanceCm(index, fix.latE7, fix.lonE7, EXACT_WITHIN_CM);
  const depthCm = state.geofences.depthCm(index);
  const to = decide(state.sides, index, distanceCm, depthCm, fix, number, state.darkAtS);
  if (to !== undefined) addTransition(state, index, from, to, fix.at, state.sides.evidenceFrom(index));
  const side = to ?? from;
  if (side === "inside") keepShortestExit(state, -distanceCm, fix.accuracyDm);
  return side === "unknown" || (side === "inside" ? distanceCm > 0 : distanceCm < 0);
}

function addTransition(
  state: TagState,
  index: number,
  from: Side,
  to: Side,
  at: number,
  evidenceFrom: number,
): void {
  const effect = state.effects.add("append-transition", at, 0);
  effect.place = index;
  effect.geofence = state.geofences.ref(index);
  effect.from = from;
  effect.to = to;
  effect.evidenceFrom = evidenceFrom;
  effect.settingsVersion = state.settingsVersion;
  effect.lastKnown = state.sides.lastKnown(index);
}

/** Keeps the shortest distance to the outside in `exitCm`. */
function keepShortestExit(state: TagState, inwardCm: number, accuracyDm: number): void {
  const surelyCm = Math.max(1, inwardCm - DOUBTED_ERRORS * accuracyDm * 10);
  state.exitCm = state.exitCm === 0 ? surelyCm : Math.min(state.exitCm, surelyCm);
}

/** Sides that no fix has confirmed for long become unknown; that needs a tag that knows the time. */
function age(state: TagState, utcS: number, number: number): void {
  if (utcS === 0) return;
  const agedS = utcS - Math.floor(state.restedMs / 1_000);
  for (let index = 0; index < state.geofences.count; index++) {
    const from = state.sides.side(index);
    const to = expire(state.sides, index, agedS);
    // No earlier entry is evidence for this: it refers to its own number.
    if (to !== undefined) addTransition(state, index, from, to, utcS, number + state.effects.count);
  }
}

function addHealth(state: TagState, nowMs: number, utcS: number): void {
  const isDated = state.owesDatedHealth && utcS > 0;
  if (nowMs < state.nextHealthMs && !isDated && !isCharged(state)) return;
  state.notedPercent = state.percent;
  state.nextHealthMs = nowMs + HEALTH_INTERVAL_MS;
  state.owesDatedHealth = utcS === 0;
  state.effects.add("append-health", utcS, 0);
}

/** Lost mode ends when the battery or the time is over; a health entry tells the first. */
function endLost(state: TagState, nowMs: number, utcS: number): void {
  const isOver = state.lostUntilS > 0 && utcS > state.lostUntilS;
  if (state.lostIntervalS === 0 || (state.percent > state.lostFloorPercent && !isOver)) return;
  state.lostIntervalS = 0;
  state.nextHealthMs = nowMs;
  state.effects.add("report-now", 0, 0);
}

/** The battery is fuller than the last health entry says. */
function isCharged({ percent, notedPercent }: TagState): boolean {
  const rise = percent - notedPercent;
  return rise >= CHARGED_PERCENT || (rise > 0 && percent === FULL_PERCENT);
}

function configure(
  state: TagState,
  nowMs: number,
  settings: Settings,
  kept: readonly number[] | undefined,
): void {
  state.settingsVersion = settings.version;
  state.fixIntervalS = settings.fixIntervalS;
  state.reportIntervalS = settings.reportIntervalS;
  setDetection(state.sides, settings.detection);
  const { lost } = settings;
  state.lostIntervalS = lost === undefined ? 0 : lost.intervalS;
  if (lost !== undefined) {
    state.lostFloorPercent = lost.floorPercent;
    state.lostBuzzS = lost.buzzS;
    state.lostUntilS = lost.until;
  }
  if (kept === undefined) state.sides.forget();
  else state.sides.rearrange(kept);
  if (!isUnchanged(state, kept)) {
    state.exitCm = 0;
    state.doubts = 0;
  }
  requestFix(state, nowMs);
}

/** Whether every geofence is where it was; only a list that lost its last ones may have been longer. */
function isUnchanged(state: TagState, kept: readonly number[] | undefined): boolean {
  if (kept === undefined || kept.length !== state.decided) {
    state.decided = kept === undefined ? state.geofences.count : kept.length;
    return false;
  }
  for (let i = 0; i < kept.length; i++) if (kept[i] !== i) return false;
  return true;
}

/** Acts on a command that is new, and answers it. */
function obey(state: TagState, command: ReceivedCommand, nowMs: number, utcS: number): void {
  const slot = state.commandsSeen % state.commands.length;
  if (!isNew(state, command.id, slot)) return;
  // Without the time it cannot be known that a command has expired; commands only arrive over a live session.
  const isExpired = utcS > command.expiresAt && !state.isClockDoubted;
  const outcome = isExpired ? "expired" : act(state, command, slot, nowMs, utcS);
  answer(state, command.id, utcS, outcome);
}

function answer(state: TagState, command: number, utcS: number, outcome: AnswerOutcome): void {
  const effect = state.effects.add("append-answer", utcS, 0);
  effect.command = command;
  effect.outcome = outcome;
}

/** Whether the command was not received before; if so, remembers it in the slot. */
function isNew(state: TagState, id: number, slot: number): boolean {
  const remembered = Math.min(state.commandsSeen, state.commands.length);
  for (let i = 0; i < remembered; i++) if (state.commands[i] === id) return false;
  state.commands[slot] = id;
  state.commandEndsMs[slot] = 0;
  state.commandsSeen++;
  return true;
}

function act(
  state: TagState,
  { action, seconds }: ReceivedCommand,
  slot: number,
  nowMs: number,
  utcS: number,
): AnswerOutcome {
  if (action === "unknown") return "refused";
  const endsMs = nowMs + seconds * 1_000;
  if (action === "stop") {
    stop(state, nowMs, utcS);
  } else if (action === "locate") {
    state.isLocating = true;
    requestFix(state, nowMs);
  } else {
    state.commandEndsMs[slot] = endsMs;
    if (action === "live") {
      state.liveUntilMs = endsMs;
      requestFix(state, nowMs);
    } else {
      state.effects.add(action, 0, seconds);
    }
  }
  return "done";
}

/** Ends what earlier commands began, and answers each of those once more. */
function stop(state: TagState, nowMs: number, utcS: number): void {
  state.liveUntilMs = 0;
  state.effects.add("buzz", 0, 0);
  state.effects.add("light", 0, 0);
  for (let i = 0; i < state.commands.length; i++) {
    if ((state.commandEndsMs[i] as number) <= nowMs) continue;
    state.commandEndsMs[i] = 0;
    answer(state, state.commands[i] as number, utcS, "stopped");
  }
}
