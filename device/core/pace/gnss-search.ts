import { DARK, fixIntervalS, isCold, isDoubtful, LIGHT } from "./pace.ts";
import type { TagState } from "../tag-state.ts";

/**
 * A receiver that has been off for long takes half a minute under open sky, and longer under trees: three times as long as
 * one with good orbits.
 */
const COLD_TIMES = 3;

/** With good orbits it takes 12 s, one time in a thousand 30 (docs/energy.md). */
const WARM_SEARCH_MS = 30_000;
/** After a search that found nothing a shorter one is enough: it finds the sky 19 times in 20 when there is one. */
const SHORT_SEARCH_MS = 20_000;
/** A receiver that has received no satellite by then is under a roof. */
const DARK_SEARCH_MS = 8_000;

/** Beacons call ten times a second. */
const LISTEN_MS = 500;

/** The receiver stays on when it would be started again sooner than this. */
const STAYS_ON_S = 10;

/** A lost cat that moves sounds no more often: half of the time is silent, whatever its owner chose. */
const BUZZ_EVERY_MS = 60_000;

/** A cat that came home may lie under a roof: number of searches before the beacon alone is believed. */
const SEARCHES_AT_HOME = 3;

/** When the receiver or the beacon needs the next action, in monotonic milliseconds. */
export function nextSearchMs(state: TagState): number {
  if (state.isSearching) return state.searchStartedMs + searchLimitMs(state);
  return state.isListening ? state.listenStartedMs + LISTEN_MS : state.nextFixMs;
}

/** Counts the time in which a cat rests or is at home: it is where it was, so its sides do not age. */
export function passTime(state: TagState, nowMs: number): void {
  if (state.isResting || state.isHome) state.restedMs += nowMs - state.lastStepMs;
  state.lastStepMs = nowMs;
}

/** Starts what is due: nothing for a resting cat; the beacon before the receiver. */
export function startSearch(state: TagState, nowMs: number): void {
  if (state.isSearching || state.isListening || nowMs < state.nextFixMs) return;
  if (mayRest(state, nowMs)) {
    state.isResting = true;
    state.nextFixMs = Infinity;
  } else if (state.hasBeacon && !state.isFixWanted) {
    state.isListening = true;
    state.listenStartedMs = nowMs;
    state.effects.add("listen", 0, 0);
  } else {
    search(state, nowMs);
  }
}

/** The beacon was not detected: the cat is not at home. */
export function endListening(state: TagState, nowMs: number): void {
  if (!state.isListening || nowMs < state.listenStartedMs + LISTEN_MS) return;
  state.isListening = false;
  state.isHome = false;
  state.homeSearches = 0;
  search(state, nowMs);
}

/** The beacon was detected: a cat that was inside still is, and needs no fix. */
export function beaconDetected(state: TagState, nowMs: number): void {
  if (!state.isListening) return;
  state.isListening = false;
  state.isHome = true;
  if (!isInsideAny(state) && state.homeSearches < SEARCHES_AT_HOME) {
    state.homeSearches++;
    search(state, nowMs);
    return;
  }
  state.exitCm = 0;
  state.lastSearchEndMs = nowMs;
  state.nextFixMs = nowMs + state.fixIntervalS * 1_000;
}

/** Ends a search that found nothing, and records it. */
export function endEmptySearch(state: TagState, nowMs: number, utcS: number): void {
  const searchedMs = nowMs - state.searchStartedMs;
  if (!state.isSearching || searchedMs < searchLimitMs(state)) return;
  state.effects.add("append-no-sky", utcS, Math.min(65_535, Math.floor(searchedMs / 1_000)));
  // The contact counts, also without a place.
  if (state.lostIntervalS > 0) state.effects.add("report-now", utcS, 0);
  state.emptySearches++;
  state.darkAtS = utcS;
  state.exitCm = 0;
  state.doubts = 0;
  planNextFix(state, nowMs);
}

/** Plans the next search; the receiver goes off unless it is wanted again at once. */
export function planNextFix(state: TagState, nowMs: number): void {
  const intervalS = fixIntervalS(state, nowMs);
  const startedMs = state.isSearching ? state.searchStartedMs : nowMs;
  state.isFixWanted = nowMs < state.liveUntilMs || state.lostIntervalS > 0;
  state.lastSearchEndMs = nowMs;
  state.nextFixMs = Math.max(nowMs, startedMs + intervalS * 1_000);
  if (!state.isSearching) return;
  state.searchStartedMs = state.nextFixMs;
  if (intervalS < STAYS_ON_S) return;
  state.isSearching = false;
  state.effects.add("gnss-stop", 0, 0);
}

/** A cat that wakes up starts from where it lay: the next fix is planned from there. */
export function moved(state: TagState, nowMs: number): void {
  state.feelsMotion = true;
  state.lastMotionMs = nowMs;
  buzzIfLost(state, nowMs);
  if (!state.isResting) return;
  state.isResting = false;
  state.nextFixMs = nowMs + fixIntervalS(state, nowMs) * 1_000;
}

function buzzIfLost(state: TagState, nowMs: number): void {
  if (state.lostIntervalS === 0 || state.lostBuzzS === 0 || nowMs < state.nextBuzzMs) return;
  state.nextBuzzMs = nowMs + BUZZ_EVERY_MS;
  state.effects.add("buzz", 0, state.lostBuzzS);
}

/** Requests a fix now, whatever the cat does. */
export function requestFix(state: TagState, nowMs: number): void {
  state.isFixWanted = true;
  state.isResting = false;
  state.isListening = false;
  state.nextFixMs = nowMs;
}

/** The searching receiver has listed its satellites, for the first time or with one that is received. */
export function satellitesListed(state: TagState, areReceived: boolean): void {
  state.received = areReceived ? LIGHT : DARK;
}

function search(state: TagState, nowMs: number): void {
  state.isSearching = true;
  state.received = 0;
  state.searchStartedMs = nowMs;
  state.effects.add("gnss-start", 0, 0);
}

function searchLimitMs(state: TagState): number {
  if (state.received === DARK) return DARK_SEARCH_MS;
  return (state.emptySearches === 0 ? WARM_SEARCH_MS : SHORT_SEARCH_MS) * (isCold(state) ? COLD_TIMES : 1);
}

function mayRest(state: TagState, nowMs: number): boolean {
  const isAsked = state.isFixWanted || nowMs < state.liveUntilMs || isDoubtful(state);
  return state.feelsMotion && !isAsked && state.lastMotionMs <= state.lastSearchEndMs;
}

function isInsideAny(state: TagState): boolean {
  for (let i = 0; i < state.geofences.count; i++) if (state.sides.side(i) === "inside") return true;
  return state.geofences.count === 0;
}
