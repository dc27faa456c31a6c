import { encodeCommand } from "@purrimeter/protocol/command";
import type { Command, Settings } from "@purrimeter/protocol/messages";
import { encodeSettings } from "@purrimeter/protocol/settings";
import { Firmware } from "../../core/firmware.ts";
import type { Ports } from "../../core/ports.ts";
import { RamFlash } from "../../core/flash/ram-flash.ts";
import { AnsweringCloud } from "./answering-cloud.ts";
import { showFlash, showTransitions } from "./flash-transcript.ts";
import { hex } from "./hex.ts";
import { OpenSkyReceiver } from "./open-sky-receiver.ts";
import { TAG, virtualTag } from "./virtual-tag.ts";

const TOPIC = `purrimeter/1/${TAG}/`;

/** 2026-11-21 12:00:00 UTC. */
export const NOON_S = 1_795_262_400;

const FIRST_SEED = 42;

/** Shortest step: no scenario needs an earlier wake-up. */
const LEAST_STEP_MS = 100;

/** What a scenario's board has. */
export interface BoardOptions {
  readonly pageBytes: number;
  readonly pageCount: number;
  readonly hasBeacon: boolean;
  /** Infinity = there is always a session. */
  readonly idleTimeoutMs: number;
}

/**
 * A board in virtual time, with RamFlash, that records line by line what the firmware does. "@" is the
 * monotonic time in ms; "w" the next wake-up; "p" a message published; "a" one delivered to the tag; "g" receiver; "u"
 * session.
 */
export class VirtualBoard {
  readonly flash: RamFlash;
  readonly cloud: AnsweringCloud;
  firmware: Firmware;
  nowMs = 0;
  /** The place of the tag in E7, when it has a view of the sky. */
  latE7 = 520_000_000;
  lonE7 = 50_000_000;
  hasSky = true;
  hdopTenths = 10;
  /** The receiver's time at monotonic 0. */
  receiverS = NOON_S;
  isMoving = false;
  callsHome = false;
  /** Whether a requested session is established within a second. */
  hasCoverage = false;
  takes = true;
  answers = true;
  answerDelayMs = 200;
  batteryPercent = 80;
  private readonly write: (line: string) => void;
  private readonly options: BoardOptions;
  private readonly writer: OpenSkyReceiver;
  private seed = FIRST_SEED;
  private isOn = false;
  private isUp = false;
  private asksForSession = false;
  private isReconnecting = false;
  private isReceiving = false;
  private utcAtZeroS = 0;
  private isTimeKnown = false;
  private due: { readonly atMs: number; readonly bytes: Uint8Array }[] = [];
  private detectsBeacon = false;
  private writtenMs = -1;
  private writtenWakeMs = -1;
  private lastSpokenMs = 0;
  private lastMovedMs = 0;

  constructor(options: BoardOptions, write: (line: string) => void) {
    this.options = options;
    this.write = write;
    this.flash = new RamFlash(options.pageBytes, options.pageCount);
    this.cloud = new AnsweringCloud();
    this.writer = new OpenSkyReceiver();
    this.firmware = new Firmware(this.ports(), virtualTag(this.seed, this.options.idleTimeoutMs));
  }

  /** Switches the board on with the flash as it is; the contents of RAM are lost. */
  boot(): void {
    this.say(`boot ${this.seed}`);
    this.isOn = true;
    this.isUp = false;
    this.asksForSession = false;
    this.isReconnecting = false;
    this.isReceiving = false;
    this.isTimeKnown = false;
    this.due = [];
    this.flash.restorePower();
    this.guard(() => {
      this.firmware = new Firmware(this.ports(), virtualTag(this.seed, this.options.idleTimeoutMs));
      this.firmware.start();
    });
    this.seed++;
  }

  /** Cuts the power after `bytes` more bytes of flash; 1 in `tornBits` stays in the byte at the cut. */
  cutAfter(bytes: number, tornBits: number): void {
    this.say(`cut after ${bytes}`);
    this.flash.cutAfter(bytes, tornBits);
  }

  /** Whether the power is still on. */
  isRunning(): boolean {
    return this.isOn;
  }

  up(): void {
    this.isUp = true;
    this.isReconnecting = false;
    this.say("up");
    this.guard(() => this.firmware.uplinkUp());
  }

  down(): void {
    this.isUp = false;
    this.due = [];
    this.say("down");
    this.guard(() => this.firmware.uplinkDown());
  }

  settings(settings: Settings): void {
    this.hear("settings", encodeSettings(settings));
  }

  command(command: Command): void {
    this.hear("command", encodeCommand(command));
  }

  /** A message for the tag. */
  hear(channel: string, bytes: Uint8Array): void {
    this.say(`a ${channel} ${hex(bytes, bytes.length)}`);
    this.guard(() => this.firmware.message(TOPIC + channel, bytes));
  }

  /** Bytes from the receiver, each character one. */
  line(text: string): void {
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    this.guard(() => this.firmware.gnssBytes(bytes, bytes.length));
  }

  /** One epoch of the receiver now, cut into pieces of `pieceBytes`. */
  speak(pieceBytes: number): void {
    // A receiver that repeats the same place to the last digit is taken for frozen: noise of a metre avoids that.
    const noiseE7 = Math.floor((this.nowMs / 1_000) * 7) % 11;
    const utcS = this.receiverS + Math.floor(this.nowMs / 1_000);
    this.writer.write(utcS, this.latE7 - noiseE7, this.lonE7, this.hdopTenths);
    for (let from = 0; from < this.writer.length; from += pieceBytes) {
      const piece = this.writer.bytes.slice(from, Math.min(this.writer.length, from + pieceBytes));
      this.guard(() => this.firmware.gnssBytes(piece, piece.length));
    }
  }

  /** The sentences that the receiver would send now. */
  sentences(): string {
    this.writer.write(
      this.receiverS + Math.floor(this.nowMs / 1_000),
      this.latE7,
      this.lonE7,
      this.hdopTenths,
    );
    let text = "";
    for (let i = 0; i < this.writer.length; i++) text += String.fromCharCode(this.writer.bytes[i] as number);
    return text;
  }

  /** Advances the time, from one event to the next. */
  pass(seconds: number): void {
    const endMs = this.nowMs + seconds * 1_000;
    while (this.nowMs < endMs && this.isOn) {
      this.nowMs = Math.min(endMs, this.nextMs());
      this.happen();
    }
    this.nowMs = endMs;
  }

  /** A note in the transcript. */
  say(text: string): void {
    if (this.nowMs !== this.writtenMs) this.write(`@${this.nowMs}`);
    this.writtenMs = this.nowMs;
    this.write(text);
  }

  /** Flash, transitions and counts, at the end of a scenario. */
  finish(): void {
    this.say("end");
    showFlash(this.flash, (line) => this.say(line));
    this.flash.restorePower();
    showTransitions(this.flash, (line) => this.say(line));
    const stats = this.firmware.stats;
    this.say(`fixes ${stats.fixes} entries ${stats.entries} transitions ${stats.transitions}`);
    this.say(`reports ${stats.reports} resent ${stats.resent} acknowledged ${stats.acknowledged}`);
    this.say(`pending ${stats.pending}`);
  }

  private nextMs(): number {
    let next = this.firmware.nextWakeMs();
    const second = (Math.floor(this.nowMs / 1_000) + 1) * 1_000;
    if (this.isReceiving && this.hasSky) next = Math.min(next, second);
    if (this.isMoving) next = Math.min(next, this.lastMovedMs + 30_000);
    if (this.isReconnecting || (this.asksForSession && this.hasCoverage)) next = Math.min(next, second);
    const answer = this.due[0];
    if (answer !== undefined) next = Math.min(next, answer.atMs);
    return Math.max(this.nowMs + LEAST_STEP_MS, next);
  }

  private happen(): void {
    const ofSecondMs = this.nowMs % 1_000;
    if (this.isMoving && this.nowMs >= this.lastMovedMs + 30_000) this.move();
    if (this.nowMs >= this.firmware.nextWakeMs()) this.guard(() => this.firmware.wake());
    if (this.detectsBeacon) this.detectBeacon();
    const isWanted = this.isReconnecting || (this.asksForSession && this.hasCoverage);
    if (isWanted && !this.isUp) this.up();
    if (this.isReceiving && this.hasSky && ofSecondMs === 0 && this.lastSpokenMs !== this.nowMs) {
      this.lastSpokenMs = this.nowMs;
      this.speak(4_096);
    }
    this.answer();
  }

  private move(): void {
    this.lastMovedMs = this.nowMs;
    this.guard(() => this.firmware.moved());
  }

  private detectBeacon(): void {
    this.detectsBeacon = false;
    this.say("home");
    this.guard(() => this.firmware.beaconDetected());
  }

  private answer(): void {
    while (this.isOn && this.isUp) {
      const answer = this.due[0];
      if (answer === undefined || answer.atMs > this.nowMs) return;
      this.due.shift();
      this.hear("ack", answer.bytes);
    }
  }

  /** Runs a call of the firmware; a flash without power ends it, as it ends a real one. */
  private guard(call: () => void): void {
    if (!this.isOn) return;
    try {
      call();
    } catch (error) {
      // eslint-disable-next-line no-restricted-syntax -- rethrown unchanged
      if (!this.flash.isCut) throw error;
      this.isOn = false;
      this.say("power cut");
      return;
    }
    const wakeMs = this.firmware.nextWakeMs();
    if (wakeMs === this.writtenWakeMs) return;
    this.writtenWakeMs = wakeMs;
    this.say(wakeMs === Infinity ? "w never" : `w ${wakeMs}`);
  }

  private published(topic: string, bytes: Uint8Array): boolean {
    if (!this.isUp || !this.takes) {
      this.say("not taken");
      return false;
    }
    this.say(`p ${topic.slice(TOPIC.length)} ${hex(bytes, bytes.length)}`);
    const isReport = topic === `${TOPIC}report`;
    if (isReport && this.answers) {
      this.due.push({ atMs: this.nowMs + this.answerDelayMs, bytes: this.cloud.answer(bytes) });
    }
    return true;
  }

  private ports(): Ports {
    const all = {
      flash: this.flash,
      clock: {
        monotonicMs: () => this.nowMs,
        utcS: () => (this.isTimeKnown ? this.utcAtZeroS + Math.floor(this.nowMs / 1_000) : 0),
        setUtcS: (utcS: number) => this.setUtcS(utcS),
      },
      gnss: {
        start: () => this.receiver(true),
        stop: () => this.receiver(false),
      },
      uplink: {
        connect: () => this.session(true),
        disconnect: () => this.session(false),
        reconnect: () => this.reconnect(),
        publish: (topic: string, bytes: Uint8Array) => this.published(topic, bytes),
      },
      indicator: {
        buzz: (seconds: number) => this.say(`buzz ${seconds}`),
        light: (seconds: number) => this.say(`light ${seconds}`),
      },
      battery: { percent: () => this.batteryPercent },
    };
    return this.options.hasBeacon ? Object.assign({ beacon: { listen: () => this.listen() } }, all) : all;
  }

  private setUtcS(utcS: number): void {
    const atZeroS = utcS - Math.floor(this.nowMs / 1_000);
    if (!this.isTimeKnown || atZeroS !== this.utcAtZeroS) this.say(`utc ${utcS}`);
    this.isTimeKnown = true;
    this.utcAtZeroS = atZeroS;
  }

  private receiver(isOn: boolean): void {
    this.isReceiving = isOn;
    this.say(isOn ? "g on" : "g off");
  }

  private session(isAsked: boolean): void {
    this.asksForSession = isAsked;
    this.say(isAsked ? "u connect" : "u disconnect");
    if (isAsked || !this.isUp) return;
    this.isUp = false;
    this.due = [];
  }

  /** As boards do it: the session is over at once, and another is established within a second. */
  private reconnect(): void {
    this.say("u reconnect");
    this.down();
    this.isReconnecting = true;
  }

  private listen(): void {
    this.say("listen");
    this.detectsBeacon = this.callsHome;
  }
}
