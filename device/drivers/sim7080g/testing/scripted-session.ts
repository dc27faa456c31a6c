import { asTagId, type TagId } from "@purrimeter/protocol/values";
import { asciiBytes } from "../ascii-bytes.ts";
import type { ModemPort } from "../modem-port.ts";
import { ModemUplink } from "../modem-uplink.ts";

const CONNECT = 1;
const PUBLISH = 3;
const SUBSCRIBE = 8;

/** Answers that are not OK alone, by how their command begins. */
const ANSWERS: readonly (readonly [string, string])[] = [
  ["AT+CPIN?", "+CPIN: READY"],
  ["AT+CEREG?", "+CEREG: 0,1"],
  ["AT+CNACT?", '+CNACT: 0,1,"10.0.0.2"'],
  ["AT+CCLK?", '+CCLK: "26/11/21,12:00:00+00"'],
  ["AT+CAOPEN", "+CAOPEN: 0,0"],
];

/**
 * A session through a modem and a broker that answer at once, for engines without sockets: the same lines on every
 * engine.
 */
export class ScriptedSession implements ModemPort {
  readonly lines: string[] = [];
  readonly uplink: ModemUplink;
  private nowMs = 0;
  private typed = "";
  private wanted = 0;
  private payload: number[] = [];
  private inbox: number[] = [];
  private answers: Uint8Array[] = [];

  constructor() {
    const clock = { monotonicMs: () => this.nowMs, utcS: () => 1_795_262_400, setUtcS: () => undefined };
    const names = {
      apn: "iot.example",
      host: "localhost",
    };
    const own = { tag: asTagId("tom") as TagId, firmware: "1.0.0", seed: 7, port: 8884, maxReadBytes: 80 };
    this.uplink = new ModemUplink(
      clock,
      this,
      { ...names, ...own },
      {
        up: () => this.lines.push("up"),
        down: () => this.lines.push("down"),
        message: (topic, bytes) =>
          this.lines.push(`${topic} ${bytes.length} ${bytes[bytes.length - 1] ?? -1}`),
        failed: (failure) => this.lines.push(failure),
      },
    );
  }

  /** `sessions` sessions with `reports` reports each. */
  live(sessions: number, reports: number): void {
    const report = new Uint8Array(900);
    for (let i = 0; i < report.length; i++) report[i] = (i * 7) & 255;
    for (let session = 0; session < sessions; session++) {
      this.uplink.connect();
      this.turn();
      for (let i = 0; i < reports; i++) {
        this.uplink.publish("purrimeter/1/tom/report", report);
        this.turn();
      }
      this.uplink.disconnect();
      this.turn();
    }
  }

  write(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) this.type(bytes[i] as number);
  }

  sleep(isAsleep: boolean): void {
    this.lines.push(isAsleep ? "asleep" : "awake");
  }

  pressPowerKey(): void {
    this.lines.push("key");
  }

  cyclePower(): void {
    this.lines.push("cycle");
  }

  /** Lets the modem answer and the uplink act until nothing is left to do. */
  private turn(): void {
    for (let i = 0; i < 400; i++) {
      const next = this.answers.shift();
      if (next !== undefined) this.uplink.modemBytes(next, next.length);
      else if (this.uplink.nextWakeMs() <= this.nowMs + 1_000) this.nowMs += 1_000;
      else return;
      this.uplink.wake();
    }
  }

  private type(byte: number): void {
    if (this.wanted > 0) {
      this.payload.push(byte);
      if (--this.wanted === 0) this.take();
    } else if (byte === 13) {
      this.obey(this.typed);
      this.typed = "";
    } else {
      this.typed += String.fromCharCode(byte);
    }
  }

  private obey(command: string): void {
    this.say(`${command}\r`);
    if (command.slice(0, 9) === "AT+CASEND") {
      this.wanted = +command.slice(12);
      this.say("\r\n> ");
    } else if (command.slice(0, 9) === "AT+CARECV") {
      this.give(+command.slice(12));
    } else {
      for (const [begin, answer] of ANSWERS)
        if (command.slice(0, begin.length) === begin) this.say(`\r\n${answer}\r\n`);
      this.say("\r\nOK\r\n");
    }
  }

  private give(most: number): void {
    const bytes = this.inbox.splice(0, most);
    this.say(bytes.length === 0 ? "\r\n+CARECV: 0" : `\r\n+CARECV: ${bytes.length},`);
    const data = new Uint8Array(bytes.length);
    for (let i = 0; i < bytes.length; i++) data[i] = bytes[i] as number;
    this.answers.push(data);
    this.say("\r\n\r\nOK\r\n");
  }

  /** The broker: only the first packet of each transfer is read. */
  private take(): void {
    const type = (this.payload[0] as number) >> 4;
    if (type === CONNECT) this.inbox.push(0x20, 2, 0, 0);
    else if (type === SUBSCRIBE) this.inbox.push(0x90, 5, 0, 1, 0, 1, 1);
    else if (type === PUBLISH) this.inbox.push(...PACKET);
    this.payload = [];
    this.say("\r\nOK\r\n");
    if (this.inbox.length > 0) this.say("\r\n+CADATAIND: 0\r\n");
  }

  private say(text: string): void {
    this.answers.push(asciiBytes(text));
  }
}

/** PUBLISH of an acknowledgement, QoS 0. */
const PACKET: readonly number[] = [0x30, 24, 0, 18, ...asciiBytes("purrimeter/1/t/ack"), 1, 2, 3, 4];
