import { acceptReading, emptyFix, FixFilterState, type Fix } from "@purrimeter/device/fix-filter";
import { Geofences } from "@purrimeter/device/geofence";
import { emptyReading } from "@purrimeter/device/reading";
import { step } from "@purrimeter/device/tag";
import type { TagEvent } from "@purrimeter/device/tag-event";
import { TagState } from "@purrimeter/device/tag-state";
import type { Settings } from "@purrimeter/protocol/messages";
import type { LastKnown, Side, TagId } from "@purrimeter/protocol/values";
import { InProcessCloud, type StoredEntry } from "../fleet/in-process-cloud.ts";
import type { NamedGeofence } from "../tracks/read-geofences.ts";
import { FAITHFUL_RECEIVER } from "../sky/receiver-model.ts";
import { RecordedLife } from "../cats/recorded-life.ts";
import { SimulatedTag } from "../fleet/simulated-tag.ts";
import { cleanTrack, type Track } from "../tracks/track.ts";
import { DecisionTrail, type Explanation } from "./decision-trail.ts";

/** A transition that the firmware decided. */
interface ReplayedTransition {
  /** UTC, whole seconds. */
  readonly at: number;
  readonly geofence: string;
  readonly side: Side;
  /** The last side that was known before; null when none was. */
  readonly lastKnown: LastKnown;
  /** Its number in the journal. */
  readonly number: number;
  /** What made it; only where it was asked for. */
  readonly explanation?: Explanation;
}

/** The result of the firmware for a track. */
export interface Replay {
  /** Fixes that the tag accepted. */
  readonly fixes: number;
  readonly transitions: readonly ReplayedTransition[];
}

const SETTINGS: Settings = { version: 1, fixIntervalS: 60, reportIntervalS: 300, geofences: [] };

/** Why the tag cannot run these geofences, as "name: reason"; undefined when it can. */
export function refusalOf(geofences: readonly NamedGeofence[]): string | undefined {
  const tag = new Geofences();
  for (const { name, setting } of geofences) {
    const outcome = tag.prepare([setting]);
    if (outcome !== "prepared") return `${name}: ${outcome}`;
  }
  const together = tag.prepare(geofences.map(({ setting }) => setting));
  return together === "prepared" ? undefined : `all together: ${together}`;
}

/** A side without evidence becomes unknown after hours: interval of the ticks in a gap. */
const GAP_TICK_S = 3_600;

/** After a day and an hour every side is unknown. */
const MAX_GAP_TICKS = 25;

function nameOf(geofences: readonly NamedGeofence[], ref: number): string {
  return geofences.find(({ setting }) => setting.ref === ref)?.name ?? String(ref);
}

function settingsOf(geofences: readonly NamedGeofence[]): Settings {
  return { ...SETTINGS, geofences: geofences.map(({ setting }) => setting) };
}

/** Runs the core over recorded fixes as if the receiver had given each of them when the tag wanted one. */
class RecordedReplay {
  fixes = 0;
  readonly transitions: ReplayedTransition[] = [];
  readonly #state = new TagState();
  readonly #filter = new FixFilterState();
  readonly #reading = emptyReading();
  readonly #fix: Fix = emptyFix();
  readonly #fixEvent: Extract<TagEvent, { kind: "fix" }>;
  readonly #tickEvent: Extract<TagEvent, { kind: "tick" }>;
  readonly #geofences: readonly NamedGeofence[];
  readonly #trail: DecisionTrail | undefined;
  #next = 1;
  #firstAt = 0;
  #lastAt = 0;

  constructor(geofences: readonly NamedGeofence[], explains: boolean) {
    this.#geofences = geofences;
    this.#trail = explains ? new DecisionTrail() : undefined;
    this.#fixEvent = { kind: "fix", nowMs: 0, utcS: 0, fix: this.#fix, number: 0 };
    this.#tickEvent = { kind: "tick", nowMs: 0, utcS: 0, number: 0 };
    const settings = settingsOf(geofences);
    this.#state.geofences.prepare(settings.geofences);
    step(this.#state, { kind: "settings", nowMs: 0, utcS: 0, settings });
    this.#state.nextHealthMs = Infinity;
  }

  take(at: number, lat: number, lon: number, accuracyM: number): void {
    const reading = this.#reading;
    reading.utcS = Math.round(at);
    reading.latE7 = Math.round(lat * 1e7);
    reading.lonE7 = lon === 180 ? -1_800_000_000 : Math.round(lon * 1e7);
    reading.accuracyDm = accuracyM > 0 ? Math.max(1, Math.round(accuracyM * 10)) : 0;
    reading.valid = true;
    if (acceptReading(this.#filter, reading, this.#fix) !== "accepted") return;
    if (this.#firstAt === 0) this.#firstAt = reading.utcS;
    this.#passGap(reading.utcS);
    this.#applyFix(reading.utcS);
  }

  /** Takes an entry of a journal: decides its fix again, and makes the numbers those of the journal. */
  takeEntry({ number, entry }: StoredEntry): void {
    if (entry.kind === "no-sky") this.#state.darkAtS = entry.at;
    if (entry.kind !== "fix") return;
    Object.assign(this.#fix, {
      at: entry.at,
      latE7: entry.latE7,
      lonE7: entry.lonE7,
      accuracyDm: entry.accuracyDm,
      speedCmS: entry.speedCmS ?? -1,
      courseDeg10: entry.courseDeg10 ?? -1,
    });
    if (this.#firstAt === 0) this.#firstAt = entry.at;
    this.#passGap(entry.at);
    this.#next = number;
    this.#applyFix(entry.at);
  }

  #passGap(at: number): void {
    if (this.#lastAt > 0) {
      const untilAt = Math.min(at - 1, this.#lastAt + MAX_GAP_TICKS * GAP_TICK_S);
      for (let t = this.#lastAt + GAP_TICK_S; t <= untilAt; t += GAP_TICK_S) this.#tick(t, Infinity);
    }
    this.#lastAt = Math.max(this.#lastAt, at);
  }

  /** Advances the time; the receiver is due at `nextFixMs`, independent of the pace. */
  #tick(utcS: number, nextFixMs: number): void {
    this.#state.isSearching = false;
    this.#state.nextFixMs = nextFixMs;
    this.#tickEvent.nowMs = this.#nowMs(utcS);
    this.#tickEvent.utcS = utcS;
    this.#tickEvent.number = this.#next;
    this.#step(this.#tickEvent);
  }

  /** Monotonic time never runs back, whatever the fixes say. */
  #nowMs(utcS: number): number {
    return Math.max(0, Math.max(utcS, this.#lastAt) - this.#firstAt) * 1_000;
  }

  #applyFix(at: number): void {
    const nowMs = this.#nowMs(at);
    this.#tick(at, nowMs);
    this.#fixEvent.nowMs = nowMs;
    this.#fixEvent.utcS = at;
    this.#fixEvent.number = this.#next;
    this.#step(this.#fixEvent);
  }

  #step(event: TagEvent): void {
    step(this.#state, event);
    if (event.kind === "fix") this.#trail?.note(this.#state, this.#fix, this.#next);
    const { effects } = this.#state;
    for (let i = 0; i < effects.count; i++) {
      const { kind, at, geofence, to, lastKnown, evidenceFrom } = effects.at(i);
      if (kind === "append-fix") this.fixes++;
      if (kind === "append-transition") {
        const name = nameOf(this.#geofences, geofence);
        const why = this.#explain(geofence, evidenceFrom);
        this.transitions.push({ at, geofence: name, side: to, lastKnown, number: this.#next, ...why });
      }
      if (kind === "append-fix" || kind === "append-transition") this.#next++;
    }
  }

  #explain(ref: number, evidenceFrom: number): { readonly explanation?: Explanation } {
    if (this.#trail === undefined) return {};
    const { geofences } = this.#state;
    let index = 0;
    while (index < geofences.count && geofences.ref(index) !== ref) index++;
    const explanation = this.#trail.explain(index, evidenceFrom);
    if (this.#state.sides.side(index) === "unknown") this.#trail.forget(index);
    return { explanation };
  }
}

/**
 * Runs the firmware's core on the recorded fixes themselves, with outliers and in the order of the file: no NMEA, no
 * pacing. Fixes without accuracy get the one that the firmware assumes. `explains`: each transition gets what made it.
 */
export function replayAsRecorded(
  track: Track,
  geofences: readonly NamedGeofence[],
  explains = false,
): Replay {
  const replay = new RecordedReplay(geofences, explains);
  for (let i = 0; i < track.length; i++) {
    replay.take(track.at[i]!, track.lat[i]!, track.lon[i]!, track.accuracyM[i]!);
  }
  return replay;
}

const EVENTS = 1_000;

/**
 * Runs the whole firmware on the track: it wakes at its own pace, and the receiver gives the place of the track at that
 * time. The same track, geofences and seed give the same transitions. A track of nothing but outliers gives none.
 */
export function replayPaced(
  track: Track,
  geofences: readonly NamedGeofence[],
  seed: number,
  explains = false,
): Replay {
  const clean = cleanTrack(track);
  if (clean.length === 0) return { fixes: 0, transitions: [] };
  const life = new RecordedLife(clean);
  const endMs = (Math.ceil(clean.at.at(-1)!) - life.startsAt) * 1_000;
  const clouds: InProcessCloud[] = [];
  const nothing = (): void => undefined;
  const tag = new SimulatedTag(
    {
      tag: "replay" as TagId,
      life,
      receiver: FAITHFUL_RECEIVER,
      seed,
      firmwareSeed: seed,
      makeUplink: (id, listener) => {
        const cloud = new InProcessCloud(id, listener, settingsOf(geofences), nothing);
        clouds.push(cloud);
        return cloud;
      },
    },
    nothing,
    nothing,
  );
  tag.start();
  runAlone(tag, clouds[0]!, endMs);
  const entries = [...clouds[0]!.stored.values()].sort((a, b) => a.number - b.number);
  const transitions = transitionsIn(entries, geofences);
  return {
    fixes: tag.stats.fixes,
    transitions: explains ? explained(transitions, entries, geofences) : transitions,
  };
}

/** Runs until `endMs`, and until everything is acknowledged. */
function runAlone(tag: SimulatedTag, cloud: InProcessCloud, endMs: number): void {
  cloud.deliver();
  while (tag.clock.nowMs < endMs) {
    tag.runUntil(endMs, true, EVENTS);
    cloud.deliver();
  }
  tag.endLife();
  tag.flush();
  for (cloud.deliver(); tag.stats.pending > 0; cloud.deliver()) tag.runUntil(tag.nextMs(), false, EVENTS);
}

/** Decides the journal again; a transition that does not come out alike, as after a rest, keeps no explanation. */
function explained(
  transitions: readonly ReplayedTransition[],
  entries: readonly StoredEntry[],
  geofences: readonly NamedGeofence[],
): ReplayedTransition[] {
  const again = new RecordedReplay(geofences, true);
  for (const entry of entries) again.takeEntry(entry);
  const keyOf = ({ at, geofence, side }: ReplayedTransition): string => `${at} ${side} ${geofence}`;
  const known = new Map(again.transitions.map((one) => [keyOf(one), one.explanation]));
  return transitions.map((one) => {
    const explanation = known.get(keyOf(one));
    return explanation === undefined ? one : { ...one, explanation };
  });
}

function transitionsIn(
  entries: readonly StoredEntry[],
  geofences: readonly NamedGeofence[],
): ReplayedTransition[] {
  return entries.flatMap(({ number, entry }) => {
    if (entry.kind !== "transition") return [];
    return [
      {
        at: entry.at,
        geofence: nameOf(geofences, entry.geofence),
        side: entry.to,
        lastKnown: entry.lastKnown ?? null,
        number,
      },
    ];
  });
}
