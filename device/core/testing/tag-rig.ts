import { encodeAck } from "@purrimeter/protocol/ack";
import type { Entry } from "@purrimeter/protocol/entry";
import type { Ack } from "@purrimeter/protocol/messages";
import { decodeReport } from "@purrimeter/protocol/report";
import { asTagId, type EntryNumber, type Epoch, type TagId } from "@purrimeter/protocol/values";
import { Firmware } from "../firmware.ts";
import type { Ports } from "../ports.ts";
import { RamFlash } from "../flash/ram-flash.ts";

export const TAG = asTagId("tom") as TagId;

/** 2026-11-21 12:00:00 UTC. */
export const NOON_S = Date.UTC(2026, 10, 21, 12) / 1_000;

/** Of the rig's firmware: a day before noon. */
export const BUILT_AT_S = NOON_S - 86_400;

/** `$body*checksum` and the line's end. */
export function sentence(body: string): string {
  let sum = 0;
  for (const character of body) sum ^= character.charCodeAt(0);
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, "0")}\r\n`;
}

function angle(degrees: number, width: number, positive: string, negative: string): string {
  const size = Math.abs(degrees);
  const minutes = ((size % 1) * 60).toFixed(5).padStart(8, "0");
  return `${String(Math.floor(size)).padStart(width, "0")}${minutes},${degrees < 0 ? negative : positive}`;
}

/** RMC and GGA as a receiver under open sky sends them. */
export function nmea(utcS: number, lat: number, lon: number): Uint8Array {
  const iso = new Date(utcS * 1_000).toISOString();
  const time = iso.slice(11, 19).replaceAll(":", "");
  const date = iso.slice(8, 10) + iso.slice(5, 7) + iso.slice(2, 4);
  const place = `${angle(lat, 2, "N", "S")},${angle(lon, 3, "E", "W")}`;
  const rmc = sentence(`GNRMC,${time}.00,A,${place},0.10,0.0,${date},,,A`);
  return new TextEncoder().encode(rmc + sentence(`GNGGA,${time}.00,${place},1,09,1.0,80.0,M,47.0,M,,`));
}

/** Stores like the bridge does: by epoch and number, once. */
export class Cloud {
  readonly stored = new Map<number, Entry>();
  epoch: number | undefined;
  oldest = 1;

  /** The acknowledgement of a report. */
  take(bytes: Uint8Array): Ack {
    const decoded = decodeReport(bytes);
    if (!decoded.ok) throw new Error(`report refused: ${decoded.error.reason} of ${decoded.error.field}`);
    const { epoch, first, oldest, entries } = decoded.value;
    this.epoch ??= epoch;
    if (this.epoch !== epoch) throw new Error("the epoch changed");
    entries.forEach((entry, i) => this.store(first + i, entry));
    this.oldest = Math.max(this.oldest, oldest);
    const through = this.through();
    const last = first + entries.length - 1;
    if (last <= through) return { kind: "stored", epoch, through };
    return { kind: "stored", epoch, through, ahead: { first, last: last as EntryNumber } };
  }

  private store(number: number, entry: Entry): void {
    const before = this.stored.get(number);
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(entry)) {
      throw new Error(`number ${number} was given to two entries`);
    }
    this.stored.set(number, entry);
  }

  private through(): number {
    let through = 0;
    while (this.stored.has(through + 1) || through + 1 < this.oldest) through++;
    return through;
  }
}

export interface RigOptions {
  readonly hasBeacon?: boolean;
  readonly idleTimeoutMs?: number;
}

/** A firmware whose time, sky and radio the test controls. */
export class Rig {
  readonly flash: RamFlash;
  readonly cloud = new Cloud();
  readonly sent: { topic: string; bytes: Uint8Array }[] = [];
  readonly done: string[] = [];
  firmware: Firmware;
  nowMs = 0;
  utcS = 0;
  isReceiving = false;
  isUp = false;
  takes = true;
  battery = 80;
  /** Whether the accelerometer reports motion, and whether the beacon is in reach. */
  isMoving = false;
  callsHome = false;
  /** Sentences that the receiver sends while it searches under a roof. */
  underRoof: Uint8Array | undefined;
  searches = 0;
  listens = 0;
  sessions = 0;
  /** Whether a requested session is established a second later. */
  hasCoverage = false;
  asksForSession = false;
  readonly options: RigOptions;
  /** Where the cat is, or undefined under a roof. */
  place: { lat: number; lon: number } | undefined = { lat: 52, lon: 5 };

  constructor(options: RigOptions = {}) {
    this.options = options;
    this.flash = new RamFlash(512, 40);
    this.firmware = this.boot();
  }

  boot(): Firmware {
    const clock: Ports["clock"] = {
      monotonicMs: () => this.nowMs,
      utcS: () => this.utcS,
      setUtcS: (utcS) => (this.utcS = utcS),
    };
    const gnss = {
      start: () => {
        this.searches++;
        this.isReceiving = true;
      },
      stop: () => (this.isReceiving = false),
    };
    const uplink = {
      connect: () => {
        this.sessions++;
        this.asksForSession = true;
      },
      disconnect: () => {
        this.asksForSession = false;
        if (this.isUp) this.cut();
      },
      reconnect: () => {
        this.sessions++;
        this.asksForSession = true;
        this.cut();
      },
      publish: (topic: string, bytes: Uint8Array) => {
        if (this.takes) this.sent.push({ topic, bytes: bytes.slice() });
        return this.takes;
      },
    };
    const indicator = {
      buzz: (seconds: number) => this.done.push(`buzz ${seconds}`),
      light: (seconds: number) => this.done.push(`light ${seconds}`),
    };
    const battery = { percent: () => this.battery };
    const beacon = { listen: () => void this.listens++ };
    const all: Ports = { flash: this.flash, clock, gnss, uplink, indicator, battery };
    const ports = this.options.hasBeacon === true ? { ...all, beacon } : all;
    this.isUp = false;
    const { idleTimeoutMs } = this.options;
    const own = { tag: TAG, firmware: "1.0.0", seed: 42, builtAtS: BUILT_AT_S };
    this.firmware = new Firmware(ports, idleTimeoutMs === undefined ? own : { ...own, idleTimeoutMs });
    return this.firmware;
  }

  connect(): void {
    this.isUp = true;
    this.firmware.uplinkUp();
  }

  cut(): void {
    this.isUp = false;
    this.firmware.uplinkDown();
  }

  /**
   * Advances the time second by second: the receiver sends while it is on, and reports are answered while the session is
   * up.
   */
  pass(seconds: number, answer = true): void {
    for (let i = 0; i < seconds; i++) {
      this.nowMs += 1_000;
      if (this.utcS > 0) this.utcS++;
      if (this.isMoving && this.nowMs % 30_000 === 0) this.firmware.moved();
      this.tend();
      if (this.isReceiving && this.place !== undefined) this.speak(NOON_S + this.nowMs / 1_000);
      else if (this.isReceiving && this.underRoof !== undefined) {
        this.firmware.gnssBytes(this.underRoof, this.underRoof.length);
      }
      if (answer && this.isUp) this.answer();
    }
  }

  private tend(): void {
    const listened = this.listens;
    if (this.nowMs >= this.firmware.nextWakeMs()) this.firmware.wake();
    if (this.callsHome && this.listens > listened) this.firmware.beaconDetected();
    if (this.hasCoverage && this.asksForSession && !this.isUp) this.connect();
  }

  speak(utcS: number): void {
    // A receiver that gives the same place to the last digit is taken for frozen: half a metre of noise avoids that.
    const noise = ((utcS * 7) % 11) * 5e-7;
    const bytes = nmea(utcS, (this.place?.lat ?? 0) + noise, this.place?.lon ?? 0);
    this.firmware.gnssBytes(bytes, bytes.length);
  }

  /** Delivers the reports and their acknowledgements until none is left. */
  answer(): void {
    for (let reports = this.takeReports(); reports.length > 0; reports = this.takeReports()) {
      for (const report of reports) this.hear(encodeAck(this.cloud.take(report)));
    }
  }

  hear(bytes: Uint8Array, channel = "ack"): void {
    this.firmware.message(`purrimeter/1/${TAG}/${channel}`, bytes);
  }

  /** The reports sent since the last call. */
  takeReports(): Uint8Array[] {
    const reports = this.sent.filter((message) => message.topic.endsWith("/report"));
    const others = this.sent.filter((message) => !message.topic.endsWith("/report"));
    this.sent.splice(0, Infinity, ...others);
    return reports.map((message) => message.bytes);
  }

  statuses(): Uint8Array[] {
    return this.sent.filter((message) => message.topic.endsWith("/status")).map((message) => message.bytes);
  }
}

/** An acknowledgement of anything. */
export function storedAck(
  epoch: number,
  through: number,
  ahead?: { first: number; last: number },
): Uint8Array {
  const base = { kind: "stored" as const, epoch: epoch as Epoch, through };
  if (ahead === undefined) return encodeAck(base);
  return encodeAck({
    ...base,
    ahead: { first: ahead.first as EntryNumber, last: ahead.last as EntryNumber },
  });
}
