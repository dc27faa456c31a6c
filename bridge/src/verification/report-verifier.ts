import { DECISION_VERSION, setDetection } from "@purrimeter/device/decide-side";
import type { Geofences } from "@purrimeter/device/geofence";
import type { FixEntry, TransitionEntry } from "@purrimeter/protocol/entry";
import type { Report, Settings, Status } from "@purrimeter/protocol/messages";
import type { Epoch, TagId } from "@purrimeter/protocol/values";
import type { Log } from "@purrimeter/service/log";
import { createTokenBucket, takeToken } from "@purrimeter/service/token-bucket";
import { LruMap } from "@purrimeter/service/lru-map";
import type { BridgeCounters } from "../metrics/bridge-counters.ts";
import type { NumberedEntry } from "./numbered-entry.ts";
import { createPreparedGeofences } from "./prepared-geofences.ts";
import { ReportOrder } from "./report-order.ts";
import { createSettingsMemory, geofencesOf, type KnownSettings } from "./settings-memory.ts";
import { SideSlots } from "./side-slots.ts";
import { TagReplay } from "./tag-replay.ts";
import { turfSide } from "./turf-side.ts";
import type { Comparison } from "./comparison.ts";

/** Reports that wait to be judged, 10 KB each at most. */
const MAX_QUEUED = 256;

/** Geofences of all tags together: 4.2 MB when all are used. */
const MAX_GEOFENCES_HELD = 4_096;

/** Tags whose reported settings are remembered, about 0.5 KB each and their geofences' bytes. */
const MAX_TAGS = 4_096;

/** A tag that lies a thousand times a second must not fill the disk with lines about it. */
const LINES = { burst: 100, perSecond: 10 };

export interface ReportVerifierParts {
  readonly counters: BridgeCounters;
  readonly log: Log;
  readonly monotonicMs: () => number;
  /** Runs the work later, when nothing waits for an acknowledgement; in order. */
  readonly defer: (work: () => void) => void;
}

/**
 * Decides stored reports again with the tag's own code, and asks Turf about each transition. Counts `decided-again.*`
 * (agree, differ and how, not comparable and why) and `second-opinion.*`, and logs what differs, without a place. What
 * tags without geofences send costs a look-up.
 */
export interface ReportVerifier {
  /** The bridge is about to send these, or has found that the tag runs them. */
  wanted(tag: TagId, settings: Settings | undefined): void;
  /** What the tag says that it runs. */
  reported(tag: TagId, status: Status): void;
  /** A report is on disk, and its acknowledgement on its way; `through` is what it says. Returns at once. */
  stored(tag: TagId, report: Report, through: number): void;
  /** Nothing of this tag is to be stored: its geofences are forgotten. */
  forget(tag: TagId): void;
}

/** The decision of firmware that does not say which. */
const FIRST_DECISION_VERSION = 1;

interface Waiting {
  readonly tag: TagId;
  readonly report: Report;
  readonly through: number;
  /** Settings that the tag ran when it sent the report; undefined while others are on their way to it. */
  readonly settings: KnownSettings | undefined;
}

/** One tag in one epoch with one set of geofences. */
interface ReplaySession {
  readonly epoch: Epoch;
  readonly settingsSince: number;
  readonly order: ReportOrder<Waiting>;
  readonly replay: TagReplay;
  newest: FixEntry | undefined;
}

interface Versions {
  decision: number;
  reported: number | undefined;
  wanted: number | undefined;
  refused: number | undefined;
}

export function createReportVerifier(parts: ReportVerifierParts): ReportVerifier {
  return new TagReportVerifier(parts);
}

class TagReportVerifier implements ReportVerifier {
  readonly #parts: ReportVerifierParts;
  readonly #memory = createSettingsMemory(MAX_TAGS);
  readonly #prepared = createPreparedGeofences();
  readonly #slots = new SideSlots(MAX_GEOFENCES_HELD);
  readonly #lines;
  readonly #versions = new LruMap<TagId, Versions>(MAX_TAGS);
  readonly #sessions = new Map<TagId, ReplaySession>();
  #queued = 0;

  constructor(parts: ReportVerifierParts) {
    this.#parts = parts;
    this.#lines = createTokenBucket();
  }

  wanted(tag: TagId, settings: Settings | undefined): void {
    if (settings === undefined) return this.forget(tag);
    this.#memory.keep(tag, settings);
    this.#versionsOf(tag).wanted = settings.version;
  }

  reported(tag: TagId, status: Status): void {
    if (!status.online) return;
    const versions = this.#versionsOf(tag);
    versions.decision = status.decisionVersion ?? FIRST_DECISION_VERSION;
    versions.reported = status.settingsVersion;
    versions.refused = status.refusedSettings?.version;
  }

  stored(tag: TagId, report: Report, through: number): void {
    const versions = this.#versions.peek(tag);
    if (versions === undefined || !this.#hasGeofences(tag, versions)) return;
    if (versions.decision !== DECISION_VERSION) return this.#skipOtherFirmware(tag, report);
    if (this.#queued >= MAX_QUEUED) return this.#parts.counters.add("decided-again", "not-judged");
    this.#queued++;
    const settings = this.#settledSettings(tag, versions);
    this.#parts.defer(() => {
      this.#queued--;
      this.#judge({ tag, report, through, settings });
    });
  }

  /** Firmware of another decision gives other sides: its transitions are no faults. */
  #skipOtherFirmware(tag: TagId, { entries }: Report): void {
    this.#close(tag);
    for (const { kind } of entries)
      if (kind === "transition") this.#parts.counters.add("decided-again.not-comparable", "other-firmware");
  }

  forget(tag: TagId): void {
    this.#memory.forget(tag);
    this.#versions.delete(tag);
    this.#close(tag);
  }

  #versionsOf(tag: TagId): Versions {
    const known = this.#versions.get(tag);
    if (known !== undefined) return known;
    const versions = {
      decision: FIRST_DECISION_VERSION,
      reported: undefined,
      wanted: undefined,
      refused: undefined,
    };
    this.#versions.set(tag, versions);
    return versions;
  }

  #hasGeofences(tag: TagId, { reported, wanted }: Versions): boolean {
    if (reported === undefined) return false;
    const known = this.#memory.find(tag, reported) ?? this.#memory.find(tag, wanted ?? reported);
    return known !== undefined && known.digest !== "";
  }

  /** What the tag says it runs, unless other geofences are on their way to it: it may take them before it says so. */
  #settledSettings(tag: TagId, { reported, wanted, refused }: Versions): KnownSettings | undefined {
    const runs = this.#memory.find(tag, reported ?? 0);
    const coming = this.#memory.find(tag, wanted ?? 0);
    const isSettled = wanted === reported || wanted === refused || coming?.since === runs?.since;
    return isSettled ? runs : undefined;
  }

  #judge(waiting: Waiting): void {
    const { tag, settings } = waiting;
    const geofences = settings === undefined ? undefined : this.#prepared.of(settings);
    if (settings === undefined || geofences === undefined) {
      this.#close(tag);
      return this.#parts.counters.add("decided-again", "settings-unknown");
    }
    this.#parts.counters.add("decided-again", "judged");
    setDetection(this.#slots.sides, settings.detection);
    const course = this.#courseOf(waiting, settings, geofences);
    course.order.push(waiting, ({ report }, from, isAfterHole) => {
      if (isAfterHole) course.replay.skipHole();
      for (let number = from; number < report.first + report.entries.length; number++) {
        const entry = report.entries[number - report.first];
        if (entry !== undefined) this.#take(tag, course, { ...entry, number }, geofences);
      }
    });
  }

  #take(tag: TagId, course: ReplaySession, entry: NumberedEntry, geofences: Geofences): void {
    if (entry.kind === "fix") course.newest = entry;
    if (entry.kind === "transition") this.#askTurf(tag, entry, course.newest);
    course.replay.take(entry, geofences, (version) => this.#memory.find(tag, version)?.since);
  }

  #courseOf({ tag, report }: Waiting, { since }: KnownSettings, geofences: Geofences): ReplaySession {
    const before = this.#sessions.get(tag);
    if (before !== undefined && before.epoch === report.epoch && before.settingsSince === since) {
      this.#sessions.delete(tag);
      this.#sessions.set(tag, before);
      return before;
    }
    this.#close(tag);
    while (this.#slots.left < geofences.count) this.#closeOldest();
    const verdict = (one: Comparison): void => this.#count(tag, one);
    const boots = before?.epoch === report.epoch ? before.replay.boots : undefined;
    const replay = new TagReplay({ slots: this.#slots, verdict }, since, geofences, boots);
    const course = {
      epoch: report.epoch,
      settingsSince: since,
      order: new ReportOrder<Waiting>(),
      replay,
      newest: undefined,
    };
    this.#sessions.set(tag, course);
    return course;
  }

  #closeOldest(): void {
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined) this.#close(oldest);
  }

  #close(tag: TagId): void {
    this.#sessions.get(tag)?.replay.close();
    this.#sessions.delete(tag);
  }

  #count(tag: TagId, verdict: Comparison): void {
    const { counters } = this.#parts;
    if (verdict.kind === "agree") return counters.add("decided-again", "agree");
    if (verdict.kind === "not-comparable") return counters.add("decided-again.not-comparable", verdict.why);
    counters.add("decided-again.differ", verdict.how);
    this.#warn("a tag's transition is not what its fixes give", "transition.differs", tag, verdict.how);
  }

  #askTurf(tag: TagId, transition: TransitionEntry & { number: number }, newest: FixEntry | undefined): void {
    if (transition.to === "unknown") return;
    const { counters } = this.#parts;
    const settings = this.#memory.find(tag, transition.settingsVersion);
    const geofence = settings && geofencesOf(settings).find(({ ref }) => ref === transition.geofence);
    if (geofence === undefined || newest?.at !== transition.at) return counters.add("second-opinion", "none");
    if (turfSide(geofence, newest) === transition.to) return counters.add("second-opinion", "agree");
    counters.add("second-opinion", "disagree");
    this.#warn(
      "a transition's newest fix lies on the other side",
      "transition.second-opinion",
      tag,
      transition.to,
    );
  }

  #warn(message: string, event: string, tag: TagId, reason: string): void {
    const { counters, log, monotonicMs } = this.#parts;
    if (takeToken(this.#lines, LINES, monotonicMs()) > 0)
      return counters.add("decided-again", "lines-dropped");
    log.warn(message, { event, tag, reason });
  }
}
