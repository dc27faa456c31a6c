import { decodeAck } from "@purrimeter/protocol/ack";
import { decodeCommand } from "@purrimeter/protocol/command";
import type { DecodeReason } from "@purrimeter/protocol/decode-error";
import type { Settings } from "@purrimeter/protocol/messages";
import { encodeStatus } from "@purrimeter/protocol/status";
import { batteryPercent } from "./battery-percent.ts";
import type { Effect } from "./effects.ts";
import type { FirmwareOptions, FirmwareStats } from "./firmware-options.ts";
import { acceptReading, emptyFix, FixFilterState, type Fix } from "./nmea/fix-filter.ts";
import { Journal } from "./journal/journal.ts";
import { LIGHT } from "./pace/pace.ts";
import type { NmeaLine } from "./nmea/nmea-line.ts";
import { NmeaParser } from "./nmea/nmea.ts";
import type { Ports } from "./ports.ts";
import { Radio } from "./uplink/radio.ts";
import { Random } from "./random.ts";
import { recallSides } from "./recall-sides.ts";
import type { Reading } from "./nmea/reading.ts";
import { keptSides, withKnownSide } from "./known-sides.ts";
import { keptGeofences } from "./geofence/kept-geofences.ts";
import { SettingsStore, settingsPages } from "./settings/settings-store.ts";
import { tagTopics, type TagTopics } from "./tag-topics.ts";
import type { TagEvent } from "./tag-event.ts";
import { statusOf } from "./tag-status.ts";
import { receivesSatellite, listsSatellites } from "./nmea/satellite-list.ts";
import { TagState } from "./tag-state.ts";
import { nextTickMs, step } from "./tag.ts";
import { UplinkQueue } from "./uplink/uplink-queue.ts";

/** A status that the uplink could not send is tried again after this. */
const STATUS_RETRY_MS = 1_000;

/**
 * The tag's program on a board: the pure `step` wired to journal, uplink and receiver. Synchronous. No input
 * makes it throw; only a flash that fails does.
 */
export class Firmware {
  private readonly ports: Ports;
  private readonly options: FirmwareOptions;
  private readonly state: TagState;
  private readonly journal: Journal;
  private readonly settings: SettingsStore;
  private readonly queue: UplinkQueue;
  private readonly radio: Radio;
  private readonly parser: NmeaParser;
  private readonly filter: FixFilterState;
  private readonly fix: Fix;
  private readonly fixEvent: Extract<TagEvent, { kind: "fix" }>;
  private readonly skyEvent: Extract<TagEvent, { kind: "satellites" }>;
  private readonly movedEvent: Extract<TagEvent, { kind: "moved" }>;
  private readonly tickEvent: Extract<TagEvent, { kind: "tick" }>;
  private readonly refuse: (settings: Settings) => DecodeReason | undefined;
  private readonly topics: TagTopics;
  private kept: readonly number[] = [];
  private isUp = false;
  private owesStatus = false;
  private statusRetryMs = 0;

  constructor(ports: Ports, options: FirmwareOptions) {
    const { flash } = ports;
    const pages = settingsPages(flash.pageBytes);
    this.ports = ports;
    this.options = options;
    this.state = new TagState();
    this.state.hasBeacon = ports.beacon !== undefined;
    this.settings = new SettingsStore(flash, 0);
    this.journal = new Journal(flash, pages, flash.pageCount - pages);
    const random = new Random(options.seed);
    this.queue = new UplinkQueue(this.journal, random, options.ackTimeoutMs);
    this.radio = new Radio(ports.uplink, options.idleTimeoutMs ?? Infinity, random);
    this.parser = new NmeaParser(
      options.builtAtS,
      (reading) => this.onReading(reading),
      (line) => this.watchSky(line),
    );
    this.filter = new FixFilterState();
    this.fix = emptyFix();
    this.fixEvent = { kind: "fix", nowMs: 0, utcS: 0, fix: this.fix, number: 0 };
    this.skyEvent = { kind: "satellites", nowMs: 0, utcS: 0, areReceived: false };
    this.movedEvent = { kind: "moved", nowMs: 0, utcS: 0 };
    this.tickEvent = { kind: "tick", nowMs: 0, utcS: 0, number: 0 };
    this.refuse = (settings) => this.refusalOf(settings);
    this.topics = tagTopics(options.tag);
  }

  /** Reads the flash, records the start in the journal, starts the receiver and requests a session. To be called once. */
  start(): void {
    this.journal.start(this.options.seed);
    this.settings.start();
    const nowMs = this.nowMs();
    this.state.nextFixMs = nowMs;
    this.state.nextHealthMs = nowMs;
    const { current: settings, known } = this.settings;
    if (settings !== undefined && this.refusalOf(settings) === undefined) {
      this.run(settings);
      recallSides(this.state.sides, this.journal, settings, known);
    }
    this.wake();
  }

  /** Bytes of NMEA as the receiver sends them, split anywhere: the first `length` of `bytes`. */
  gnssBytes(bytes: Uint8Array, length: number): void {
    this.parser.feed(bytes, length);
    this.send();
  }

  /** The accelerometer reported motion. */
  moved(): void {
    this.movedEvent.nowMs = this.nowMs();
    this.take(this.movedEvent);
  }

  /** The board detected the beacon at the cat's home, after `Beacon.listen`. */
  beaconDetected(): void {
    this.take({ kind: "home", nowMs: this.nowMs(), utcS: 0 });
  }

  /** The session is established and the tag's topics are subscribed. */
  uplinkUp(): void {
    const nowMs = this.nowMs();
    this.isUp = true;
    this.radio.up(nowMs);
    this.queue.up(nowMs);
    this.publishStatus();
    this.send();
  }

  uplinkDown(): void {
    this.isUp = false;
    this.queue.down();
    this.radio.down(this.nowMs());
  }

  /** A message for this tag; `bytes` is valid only during the call. A message that cannot be decoded is ignored. */
  message(topic: string, bytes: Uint8Array): void {
    if (topic === this.topics.ack) this.onAck(bytes);
    else if (topic === this.topics.settings) this.onSettings(bytes);
    else if (topic === this.topics.command) this.onCommand(bytes);
    this.send();
  }

  /** To be called at `nextWakeMs`; earlier or later does no harm. */
  wake(): void {
    this.tickEvent.nowMs = this.nowMs();
    this.tickEvent.utcS = this.ports.clock.utcS();
    this.tickEvent.number = this.journal.next;
    this.state.percent = batteryPercent(this.ports.battery);
    this.take(this.tickEvent);
    if (this.owesStatus && this.tickEvent.nowMs >= this.statusRetryMs) this.publishStatus();
    this.send();
  }

  /**
   * When `wake` is to be called, in milliseconds of the monotonic clock; Infinity = never. Every other call may change
   * it.
   */
  nextWakeMs(): number {
    const statusMs = this.isUp && this.owesStatus ? this.statusRetryMs : Infinity;
    const radioMs = this.radio.nextMs(this.queue.sessionWantedMs());
    return Math.min(nextTickMs(this.state), this.queue.nextWakeMs(), statusMs, radioMs);
  }

  /** The same object at every call, with current values. */
  get stats(): FirmwareStats {
    this.queue.counts.pending = this.journal.pending();
    return this.queue.counts;
  }

  /** Further counts of the uplink. */
  get uplinkCounts(): UplinkQueue["counts"] {
    return this.queue.counts;
  }

  private nowMs(): number {
    return this.ports.clock.monotonicMs();
  }

  private watchSky(line: NmeaLine): void {
    const { state, skyEvent } = this;
    if (!state.isSearching || state.received === LIGHT || !listsSatellites(line)) return;
    skyEvent.areReceived = receivesSatellite(line);
    if (state.received !== 0 && !skyEvent.areReceived) return;
    skyEvent.nowMs = this.nowMs();
    this.take(skyEvent);
  }

  private onReading(reading: Reading): void {
    if (!this.state.isSearching || acceptReading(this.filter, reading, this.fix) !== "accepted") return;
    this.ports.clock.setUtcS(this.fix.at);
    this.fixEvent.nowMs = this.nowMs();
    this.fixEvent.utcS = this.fix.at;
    this.fixEvent.number = this.journal.next;
    this.take(this.fixEvent);
  }

  private take(event: TagEvent): void {
    step(this.state, event);
    for (let i = 0; i < this.state.effects.count; i++) this.perform(this.state.effects.at(i), event.nowMs);
  }

  private perform(effect: Effect, nowMs: number): void {
    switch (effect.kind) {
      case "append-fix":
        return this.appendFix(nowMs);
      case "append-transition":
        return this.appendTransition(effect, nowMs);
      case "append-no-sky":
        return this.enqueue(this.journal.appendNoSky(effect.at, effect.seconds), false, nowMs);
      case "append-health":
        return this.enqueue(this.journal.appendHealth(effect.at, this.state.percent), false, nowMs);
      case "append-answer":
        this.enqueue(this.journal.appendAnswer(effect), false, nowMs);
        return this.queue.flush(nowMs);
      case "report-now":
        return this.queue.flush(nowMs);
      case "gnss-start":
        return this.ports.gnss.start();
      case "gnss-stop":
        return this.ports.gnss.stop();
      case "listen":
        return this.ports.beacon?.listen();
      case "buzz":
        return this.ports.indicator.buzz(effect.seconds);
      case "light":
        return this.ports.indicator.light(effect.seconds);
    }
  }

  private appendFix(nowMs: number): void {
    this.queue.counts.fixes++;
    this.enqueue(this.journal.appendFix(this.fix), false, nowMs);
  }

  private appendTransition(effect: Effect, nowMs: number): void {
    this.queue.counts.transitions++;
    const { journal } = this;
    const { place, to } = effect;
    this.enqueue(journal.appendTransition(effect), to !== "unknown", nowMs);
    if (to !== "unknown") journal.known = withKnownSide(journal.known, place, to);
  }

  private enqueue(number: number, isUrgent: boolean, nowMs: number): void {
    if (number === 0) return;
    this.queue.counts.entries++;
    this.queue.appended(number, isUrgent, nowMs, this.state.reportIntervalS * 1_000);
  }

  private send(): void {
    const nowMs = this.nowMs();
    const isDead = this.queue.takeDeadSession(nowMs);
    const report = this.queue.nextReport(nowMs);
    if (report !== undefined && !this.ports.uplink.publish(this.topics.report, report))
      this.queue.notTaken(nowMs);
    if (!this.radio.tend(nowMs, this.queue.sessionWantedMs(), isDead)) return;
    this.isUp = false;
    this.queue.down();
  }

  private onAck(bytes: Uint8Array): void {
    const ack = decodeAck(bytes);
    if (ack.ok) this.queue.acknowledge(ack.value, this.nowMs());
  }

  private onCommand(bytes: Uint8Array): void {
    const command = decodeCommand(bytes);
    if (!command.ok) return;
    const utcS = this.ports.clock.utcS();
    this.take({ kind: "command", nowMs: this.nowMs(), utcS, command: command.value });
    this.wake();
  }

  private onSettings(bytes: Uint8Array): void {
    if (this.settings.offer(bytes, this.refuse) === "kept") {
      const settings = this.settings.current as Settings;
      this.journal.known = this.settings.known;
      this.journal.knownVersion = settings.version;
      this.run(settings);
      this.wake();
    }
    this.publishStatus();
  }

  private run(settings: Settings): void {
    const { kept } = this;
    this.take({ kind: "settings", nowMs: this.nowMs(), utcS: this.ports.clock.utcS(), settings, kept });
  }

  /** Prepares the geofences of the settings; when that fails, the ones before stay in force. */
  private refusalOf(settings: Settings): DecodeReason | undefined {
    const before = this.settings.current?.geofences ?? [];
    const outcome = this.state.geofences.prepare(settings.geofences);
    if (outcome === "prepared") {
      this.kept = keptGeofences(before, settings.geofences);
      this.settings.known = keptSides(this.journal.known, this.kept);
      return undefined;
    }
    this.state.geofences.prepare(before);
    return outcome === "too-many" || outcome === "too-many-vertices" ? "too-many" : "out-of-range";
  }

  private publishStatus(): void {
    if (!this.isUp) return;
    const { state, settings } = this;
    const isLost = settings.current?.lost === undefined ? undefined : state.lostIntervalS > 0;
    const status = statusOf(state.settingsVersion, this.options.firmware, settings.refused, isLost);
    this.owesStatus = !this.ports.uplink.publish(this.topics.status, encodeStatus(status));
    this.statusRetryMs = this.nowMs() + STATUS_RETRY_MS;
  }
}
