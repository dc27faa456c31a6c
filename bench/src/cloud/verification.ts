import { createReportVerifier, type ReportVerifier } from "@purrimeter/bridge/report-verifier";
import { createBridgeCounters, type BridgeCounters } from "@purrimeter/bridge/bridge-counters";
import { createLog } from "@purrimeter/service/log";
import type { Entry } from "@purrimeter/protocol/entry";
import type { GeofenceSetting, Report, Settings } from "@purrimeter/protocol/messages";
import type { GeofenceRef, LatE7, LonE7, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { acceptReading, emptyFix, FixFilterState, type Fix } from "@purrimeter/device/fix-filter";
import { emptyReading } from "@purrimeter/device/reading";
import { step } from "@purrimeter/device/tag";
import { TagState } from "@purrimeter/device/tag-state";
import type { Track } from "@purrimeter/simulator/track";
import { realTracks } from "../fences/real-tracks.ts";

/**
 * What the second decision finds on the recorded fixes of real cats, and what it costs: `npx node --expose-gc bench/src/cloud/verification.ts`.
 * Each cat has a circle and a polygon of 24 corners round its home (the median place), of the radius given.
 */

const RADII_M = [50, 75, 100];
const CORNERS = 24;
const REPORT_ENTRIES = 60;
const CM_PER_E7 = 1.1132;

function median(values: ArrayLike<number>): number {
  return Array.from(values).sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function geofencesOf(track: Track, radiusM: number): readonly GeofenceSetting[] {
  const latE7 = Math.round(median(track.lat) * 1e7);
  const lonE7 = Math.round(median(track.lon) * 1e7);
  const reachE7 = (radiusM * 100) / CM_PER_E7;
  const wider = 1 / Math.cos((latE7 / 1e7 / 180) * Math.PI);
  const vertices = Array.from({ length: CORNERS }, (_, i) => {
    const angle = (i / CORNERS) * 2 * Math.PI;
    return {
      latE7: Math.round(latE7 + Math.sin(angle) * reachE7) as LatE7,
      lonE7: Math.round(lonE7 + Math.cos(angle) * reachE7 * wider) as LonE7,
    };
  });
  return [
    {
      kind: "circle",
      ref: 1 as GeofenceRef,
      latE7: latE7 as LatE7,
      lonE7: lonE7 as LonE7,
      radiusCm: radiusM * 100,
    },
    { kind: "polygon", ref: 2 as GeofenceRef, vertices },
  ];
}

/** The entries that the firmware's core makes of the recorded fixes. */
function journalOf(track: Track, settings: Settings): Entry[] {
  const state = new TagState();
  const filter = new FixFilterState();
  const reading = emptyReading();
  const fix: Fix = emptyFix();
  const entries: Entry[] = [];
  const note = (): void => {
    for (let i = 0; i < state.effects.count; i++) {
      const { kind, at, geofence, from, to, evidenceFrom } = state.effects.at(i);
      const shared = { at: at as UnixSeconds };
      if (kind === "append-fix") entries.push({ kind: "fix", ...fix });
      if (kind === "append-transition")
        entries.push({
          kind: "transition",
          ...shared,
          geofence: geofence as GeofenceRef,
          from,
          to,
          evidenceFrom: evidenceFrom as never,
          settingsVersion: 1,
        });
    }
  };
  state.geofences.prepare(settings.geofences);
  step(state, { kind: "settings", nowMs: 0, utcS: 0, settings });
  state.nextHealthMs = Infinity;
  const firstAt = Math.round(track.at[0] ?? 0);
  for (let i = 0; i < track.length; i++) {
    reading.utcS = Math.round(track.at[i] ?? 0);
    reading.latE7 = Math.round((track.lat[i] ?? 0) * 1e7);
    reading.lonE7 = Math.round((track.lon[i] ?? 0) * 1e7);
    reading.accuracyDm = Math.max(1, Math.round((track.accuracyM[i] ?? 0) * 10));
    reading.valid = true;
    reading.speedCmS = i % 2;
    if (acceptReading(filter, reading, fix) !== "accepted") continue;
    const nowMs = Math.max(0, fix.at - firstAt) * 1_000;
    state.isSearching = false;
    state.nextFixMs = nowMs;
    step(state, { kind: "tick", nowMs, utcS: fix.at, number: entries.length + 1 });
    note();
    step(state, { kind: "fix", nowMs, utcS: fix.at, fix, number: entries.length + 1 });
    note();
  }
  return entries;
}

function judgeJournal(
  judge: ReportVerifier,
  tag: TagId,
  settings: Settings,
  entries: readonly Entry[],
): void {
  judge.wanted(tag, settings);
  judge.reported(tag, { online: true, settingsVersion: 1, firmware: "bench", wireVersion: 2 });
  for (let i = 0; i < entries.length; i += REPORT_ENTRIES) {
    const part = entries.slice(i, i + REPORT_ENTRIES);
    const report = { epoch: 1, first: i + 1, oldest: i + 1, entries: part } as unknown as Report;
    judge.stored(tag, report, i + part.length);
  }
}

function newJudge(counters: BridgeCounters): ReportVerifier {
  const log = createLog("bench", { write: () => undefined });
  return createReportVerifier({ counters, log, monotonicMs: () => 0, defer: (work) => work() });
}

function measureRadius(tracks: readonly Track[], radiusM: number): void {
  const counters = createBridgeCounters();
  const judge = newJudge(counters);
  let fixes = 0;
  let spentMs = 0;
  let preparingMs = 0;
  for (const [i, track] of tracks.entries()) {
    const settings = {
      version: 1,
      fixIntervalS: 60,
      reportIntervalS: 300,
      geofences: geofencesOf(track, radiusM),
    };
    const entries = journalOf(track, settings);
    fixes += entries.filter(({ kind }) => kind === "fix").length;
    const startMs = performance.now();
    judgeJournal(judge, `cat-${i}` as TagId, settings, entries.slice(0, 1));
    const preparedMs = performance.now();
    judgeJournal(judge, `cat-${i}` as TagId, settings, entries);
    spentMs += performance.now() - preparedMs;
    preparingMs += preparedMs - startMs;
  }
  const counts = Object.fromEntries(counters.counts);
  console.log(
    JSON.stringify({
      radiusM,
      fixes,
      microsecondsPerFixAndGeofence: Number(((spentMs * 500) / fixes).toFixed(2)),
      millisecondsToPrepare: Number((preparingMs / tracks.length).toFixed(2)),
      ...counts,
    }),
  );
}

/** What 1,000 tags with one circle keep in the bridge. */
function measureMemory(tracks: readonly Track[]): void {
  const [track] = tracks;
  if (track === undefined) return;
  const [circle] = geofencesOf(track, 75);
  const settings: Settings = {
    version: 1,
    fixIntervalS: 60,
    reportIntervalS: 300,
    geofences: circle === undefined ? [] : [circle],
  };
  const entries = journalOf(track, settings).slice(0, REPORT_ENTRIES * 3);
  const heapBytes = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const judge = newJudge(createBridgeCounters());
  judgeJournal(judge, "first" as TagId, settings, entries);
  const before = heapBytes();
  for (let i = 0; i < 1_000; i++) judgeJournal(judge, `tag-${i}` as TagId, settings, entries);
  const perTag = Math.round((heapBytes() - before) / 1_000);
  judge.forget("first" as TagId);
  console.log(JSON.stringify({ tags: 1_000, heapBytesPerTag: perTag }));
}

const tracks = await realTracks();
if (tracks === undefined) throw new Error("the real cats' tracks are not there");
for (const radiusM of RADII_M) measureRadius(tracks, radiusM);
measureMemory(tracks);
