import { emptyFix, setMotion } from "@purrimeter/device/fix-filter";
import { nextTickMs, step } from "@purrimeter/device/tag";
import type { TagEvent } from "@purrimeter/device/tag-event";
import { TagState } from "@purrimeter/device/tag-state";
import type { Detection, Settings } from "@purrimeter/protocol/messages";
import type { GeofenceRef, LatE7, LonE7, Side, UnixSeconds } from "@purrimeter/protocol/values";
import { LocalPlane } from "@purrimeter/simulator/local-plane";
import type { CatDays } from "./cat-days.ts";
import type { Pace, ZoneTag, ZoneWatch } from "./zone-tag.ts";

const CENTRE = new LocalPlane(50.2, -5.1);
const latE7Of = (northM: number): LatE7 => Math.round(CENTRE.latDegreesAt(northM) * 1e7) as LatE7;
const lonE7Of = (eastM: number): LonE7 => Math.round(CENTRE.lonDegreesAt(eastM) * 1e7) as LonE7;

/** Stands for no speed in the column of speeds. */
export const UNKNOWN_SPEED = 65_535;

/** A side ages while there is no fix: how often the tag looks at its age. */
const TICK_S = 3_600;

function settingsOf(radiusM: number, fixIntervalS: number, detection: Detection): Settings {
  const centre = { latE7: latE7Of(0), lonE7: lonE7Of(0) };
  const zone = { kind: "circle" as const, ref: 0 as GeofenceRef, ...centre, radiusCm: radiusM * 100 };
  return { version: 1, fixIntervalS, reportIntervalS: 3_600, detection, geofences: [zone] };
}

/** The firmware's core itself, at its own pace or with every fix that the receiver has. */
export class OurTag implements ZoneTag {
  side: Side = "unknown";
  readonly #pace: Pace;
  readonly #state = new TagState();
  readonly #fix = emptyFix();
  readonly #event: Extract<TagEvent, { kind: "fix" }>;
  readonly #tick: Extract<TagEvent, { kind: "tick" }>;
  readonly #startsAt: number;
  #next = 1;
  #lastAt = 0;

  constructor({ radiusM, pace, intervalS, startsAt }: ZoneWatch, detection: Detection = "usual") {
    this.#startsAt = startsAt;
    const settings = settingsOf(radiusM, intervalS, detection);
    this.#pace = pace;
    this.#event = { kind: "fix", nowMs: 0, utcS: 0, fix: this.#fix, number: 0 };
    this.#tick = { kind: "tick", nowMs: 0, utcS: 0, number: 0 };
    this.#state.geofences.prepare(settings.geofences);
    step(this.#state, { kind: "settings", nowMs: 0, utcS: 0, settings });
    this.#state.nextHealthMs = Infinity;
  }

  get dueAt(): number {
    return this.#startsAt + this.#state.nextFixMs / 1_000;
  }

  take(cat: CatDays, index: number): void {
    const at = cat.at[index] as number;
    this.#passTo(at);
    if (this.#pace === "fixed") this.#lookNow(cat.darkAt[index] as number);
    this.#tickAt(at);
    this.#fill(cat, index, at);
    this.#event.nowMs = this.#msOf(at);
    this.#event.utcS = at;
    this.#event.number = this.#next++;
    step(this.#state, this.#event);
    this.#follow();
  }

  searchInVain(at: number): void {
    this.#tickAt(at);
    step(this.#state, { kind: "satellites", nowMs: this.#msOf(at), utcS: at, areReceived: false });
    this.#tickAt(this.#startsAt + nextTickMs(this.#state) / 1_000);
  }

  #msOf(at: number): number {
    return (at - this.#startsAt) * 1_000;
  }

  /** A side without fixes ages. */
  #passTo(at: number): void {
    for (let t = this.#lastAt + TICK_S; this.#lastAt > 0 && t < at; t += TICK_S) this.#tickAt(t);
    this.#lastAt = at;
  }

  /** The fix comes when the world has it, not when the tag wants it. */
  #lookNow(darkAt: number): void {
    this.#state.isSearching = false;
    this.#state.nextFixMs = -Infinity;
    this.#state.darkAtS = darkAt;
  }

  #tickAt(at: number): void {
    this.#tick.nowMs = this.#msOf(at);
    this.#tick.utcS = Math.floor(at);
    this.#tick.number = this.#next;
    step(this.#state, this.#tick);
    this.#follow();
  }

  #fill(cat: CatDays, index: number, at: number): void {
    this.#fix.at = at as UnixSeconds;
    this.#fix.latE7 = latE7Of(cat.northM[index] as number);
    this.#fix.lonE7 = lonE7Of(cat.eastM[index] as number);
    this.#fix.accuracyDm = cat.accuracyDm[index] as number;
    const speedCmS = cat.speedCmS[index] as number;
    setMotion(this.#fix, speedCmS === UNKNOWN_SPEED ? -1 : speedCmS, cat.courseDeg10[index] as number);
  }

  #follow(): void {
    this.side = this.#state.sides.side(0);
  }
}
