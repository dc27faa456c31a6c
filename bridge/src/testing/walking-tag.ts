import { decodeReport, encodeReport } from "@purrimeter/protocol/report";
import { decodeStatus } from "@purrimeter/protocol/status";
import { encodeAck } from "@purrimeter/protocol/ack";
import { encodeSettings } from "@purrimeter/protocol/settings";
import type { GeofenceSetting, Report, Settings } from "@purrimeter/protocol/messages";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";
import { Rig, TAG } from "@purrimeter/device/testing/tag-rig";
import { createLog } from "@purrimeter/service/log";
import { createBridgeCounters } from "../metrics/bridge-counters.ts";
import { createReportVerifier, type ReportVerifier } from "../verification/report-verifier.ts";

const HOME = { lat: 52, lon: 5 };
/** E7 of a metre northward, and degrees of it. */
const METRE_E7 = 90;
const METRE = 9e-6;

/** A circle of 60 m and a square of 160 m a side, both about home. */
export const ZONES: readonly GeofenceSetting[] = [
  {
    kind: "circle",
    ref: 3 as GeofenceRef,
    latE7: 520_000_000 as LatE7,
    lonE7: 50_000_000 as LonE7,
    radiusCm: 6_000,
  },
  {
    kind: "polygon",
    ref: 7 as GeofenceRef,
    vertices: [
      [-80, -130],
      [-80, 130],
      [80, 130],
      [80, -130],
    ].map(([north = 0, east = 0]) => ({
      latE7: (520_000_000 + north * METRE_E7) as LatE7,
      lonE7: (50_000_000 + east * METRE_E7) as LonE7,
    })),
  },
];

export function settingsOf(version: number, geofences = ZONES, fixIntervalS = 60): Settings {
  return { version, fixIntervalS, reportIntervalS: 300, geofences };
}

/** The firmware on a bench with a second decision behind it, as the bridge wires them. */
export class WalkingTag {
  readonly rig = new Rig();
  readonly counters = createBridgeCounters();
  readonly lines: string[] = [];
  judge: ReportVerifier;
  /** Changes what the tag says before the cloud reads it. */
  tampers: (report: Report) => Report = (report) => report;
  /** Whether the second decision is given the report. */
  isJudged: (report: Report) => boolean = () => true;
  /** Under a roof no fix comes. */
  isIndoors = false;
  /** First numbers of the reports, in the order in which they came. */
  readonly firsts: number[] = [];
  #statuses = 0;

  constructor() {
    this.judge = this.#newJudge();
    this.rig.firmware.start();
    this.rig.connect();
    this.#listen();
  }

  /** As a bridge that starts anew: it knows nothing. The tag's session begins again. */
  restartBridge(wanted: Settings): void {
    this.judge = this.#newJudge();
    this.rig.cut();
    this.reconnect();
    this.judge.wanted(TAG, wanted);
  }

  reconnect(): void {
    this.rig.connect();
    this.#listen();
  }

  send(settings: Settings): void {
    this.judge.wanted(TAG, settings);
    this.rig.hear(encodeSettings(settings), "settings");
    this.#listen();
  }

  /** North to `metres` from home at 0.5 m/s, and `restS` there. */
  walkTo(metres: number, restS = 900): void {
    const from = Math.round(((this.rig.place?.lat ?? HOME.lat) - HOME.lat) / METRE);
    const seconds = Math.abs(metres - from) * 2;
    for (let s = 1; s <= seconds; s++) this.#second(from + ((metres - from) * s) / seconds);
    for (let s = 0; s < restS; s++) this.#second(metres);
  }

  count(name: string): number {
    return this.counters.get("decided-again", name);
  }

  #newJudge(): ReportVerifier {
    const log = createLog("bridge", { write: (line: string) => void this.lines.push(line) });
    const { counters } = this;
    return createReportVerifier({ counters, log, monotonicMs: () => 0, defer: (work) => work() });
  }

  #second(north: number): void {
    this.rig.place = this.isIndoors ? undefined : { lat: HOME.lat + north * METRE, lon: HOME.lon };
    this.rig.pass(1, false);
    this.#listen();
  }

  #listen(): void {
    const statuses = this.rig.statuses();
    for (const bytes of statuses.slice(this.#statuses)) this.#heardStatus(bytes);
    this.#statuses = statuses.length;
    for (let [bytes] = this.rig.takeReports(); bytes !== undefined; [bytes] = this.rig.takeReports())
      this.#heardReport(bytes);
  }

  #heardStatus(bytes: Uint8Array): void {
    const status = decodeStatus(bytes);
    if (!status.ok) throw new Error("the firmware's status cannot be read");
    this.judge.reported(TAG, status.value);
  }

  #heardReport(bytes: Uint8Array): void {
    const decoded = decodeReport(bytes);
    if (!decoded.ok) throw new Error("the firmware's report cannot be read");
    const report = this.tampers(decoded.value);
    this.firsts.push(report.first);
    const ack = this.rig.cloud.take(encodeReport(report));
    if (ack.kind === "stored" && this.isJudged(report)) this.judge.stored(TAG, report, ack.through);
    this.rig.hear(encodeAck(ack));
  }
}
