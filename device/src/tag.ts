import type { Command } from "@purrimeter/protocol/messages";
import { decide, exactWithinCm, expire } from "./decide-side.ts";
import type { Fix } from "./fix-filter.ts";
import { fixIntervalS } from "./pace.ts";
import type { TagEvent } from "./tag-event.ts";
import type { TagState } from "./tag-state.ts";

/** A receiver under open sky has its first fix after 26 to 29 s cold (docs/energy.md); indoors it never has. */
const SEARCH_LIMIT_S = 60;

/** The battery is noted a few times a day. */
const HEALTH_INTERVAL_MS = 6 * 3_600_000;

/** The receiver stays on when it would be started again so soon. */
const STAYS_ON_S = 10;

/**
 * One step of the tag's core: changes `state` in place and leaves in `state.effects` what is to be done. The same state
 * and event give the same state and effects on every engine.
 */
export function step(state: TagState, event: TagEvent): void {
  state.effects.clear();
  if (event.kind === "fix") {
    tookFix(state, event.nowMs, event.fix, event.number);
  } else if (event.kind === "moved") {
    moved(state, event.nowMs);
  } else if (event.kind === "settings") {
    state.settingsVersion = event.settings.version;
    state.fixIntervalS = event.settings.fixIntervalS;
    state.reportIntervalS = event.settings.reportIntervalS;
    state.sides.forget();
    state.nextFixMs = event.nowMs;
  } else if (event.kind === "command") {
    if (isToDo(state, event.command, event.utcS)) act(state, event.command, event.nowMs);
  } else {
    age(state, event.utcS, event.number);
    noteHealth(state, event.nowMs, event.utcS);
    endSearch(state, event.nowMs, event.utcS);
    search(state, event.nowMs);
  }
}

/** When the core wants its next tick, in monotonic milliseconds. */
export function nextTickMs(state: TagState): number {
  const receiverMs = state.isSearching ? state.searchStartedMs + SEARCH_LIMIT_S * 1_000 : state.nextFixMs;
  return Math.min(receiverMs, state.nextHealthMs);
}

function tookFix(state: TagState, nowMs: number, fix: Fix, number: number): void {
  if (!state.isSearching || nowMs < state.nextFixMs) return;
  state.effects.add("append-fix", fix.at, 0);
  for (let index = 0; index < state.geofences.count; index++) decideOne(state, index, fix, number);
  if (nowMs < state.liveUntilMs) state.effects.add("report-now", fix.at, 0);
  state.emptySearches = 0;
  searchAgain(state, nowMs);
}

function decideOne(state: TagState, index: number, fix: Fix, number: number): void {
  const from = state.sides.side(index);
  const within = exactWithinCm(fix.accuracyDm);
  const distanceCm = state.geofences.distanceCm(index, fix.latE7, fix.lonE7, within);
  const to = decide(state.sides, index, distanceCm, fix.accuracyDm, fix.at, number);
  if (to === undefined) return;
  const effect = state.effects.add("append-transition", fix.at, 0);
  effect.geofence = state.geofences.ref(index);
  effect.from = from;
  effect.to = to;
  effect.evidenceFrom = state.sides.evidenceFrom(index);
}

/** Sides that nothing has confirmed for long become unknown; only a tag that knows the time can tell. */
function age(state: TagState, utcS: number, number: number): void {
  if (utcS === 0) return;
  for (let index = 0; index < state.geofences.count; index++) {
    const from = state.sides.side(index);
    const to = expire(state.sides, index, utcS);
    if (to === undefined) continue;
    const effect = state.effects.add("append-transition", utcS, 0);
    effect.geofence = state.geofences.ref(index);
    effect.from = from;
    effect.to = to;
    // No entry made this: it stands on its own number.
    effect.evidenceFrom = number + state.effects.count - 1;
  }
}

/** A cat that wakes is looked for at once, unless that was going to happen sooner. */
function moved(state: TagState, nowMs: number): void {
  state.feelsMotion = true;
  state.lastMotionMs = nowMs;
  const latestMs = nowMs + fixIntervalS(state, nowMs) * 1_000;
  if (state.nextFixMs > latestMs) state.nextFixMs = latestMs;
}

function isToDo(state: TagState, command: Command, utcS: number): boolean {
  // Without the time nothing is known to be over, and commands only come over a live session.
  if (utcS > command.expiresAt) return false;
  const remembered = Math.min(state.commandsSeen, state.commands.length);
  for (let i = 0; i < remembered; i++) if (state.commands[i] === command.id) return false;
  state.commands[state.commandsSeen % state.commands.length] = command.id;
  state.commandsSeen++;
  return true;
}

function act(state: TagState, command: Command, nowMs: number): void {
  if (command.action === "live") {
    state.liveUntilMs = nowMs + command.seconds * 1_000;
    state.nextFixMs = nowMs;
  } else {
    state.effects.add(command.action, 0, command.seconds);
  }
}

function noteHealth(state: TagState, nowMs: number, utcS: number): void {
  if (nowMs < state.nextHealthMs) return;
  state.nextHealthMs = nowMs + HEALTH_INTERVAL_MS;
  state.effects.add("append-health", utcS, 0);
}

function endSearch(state: TagState, nowMs: number, utcS: number): void {
  const searchedMs = nowMs - state.searchStartedMs;
  if (!state.isSearching || searchedMs < SEARCH_LIMIT_S * 1_000) return;
  state.effects.add("append-no-sky", utcS, Math.min(65_535, Math.floor(searchedMs / 1_000)));
  state.emptySearches++;
  searchAgain(state, nowMs);
}

/** Plans the next search; the receiver goes off unless it is wanted again at once. */
function searchAgain(state: TagState, nowMs: number): void {
  const intervalS = fixIntervalS(state, nowMs);
  const startedMs = state.isSearching ? state.searchStartedMs : nowMs;
  state.nextFixMs = Math.max(nowMs, startedMs + intervalS * 1_000);
  if (!state.isSearching) return;
  state.searchStartedMs = state.nextFixMs;
  if (intervalS < STAYS_ON_S) return;
  state.isSearching = false;
  state.effects.add("gnss-stop", 0, 0);
}

function search(state: TagState, nowMs: number): void {
  if (state.isSearching || nowMs < state.nextFixMs) return;
  state.isSearching = true;
  state.searchStartedMs = nowMs;
  state.effects.add("gnss-start", 0, 0);
}
