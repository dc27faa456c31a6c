import type { Clock } from "../../core/ports.ts";
import type { AtChannel, AtOutcome } from "./at-channel.ts";
import { MAX_READ_BYTES } from "./at-stream.ts";
import { SOCKET } from "./modem-scripts.ts";
import type { ModemFailure } from "./modem-step.ts";
import { MqttReader, type MqttListener } from "./mqtt-reader.ts";
import { MqttWriter } from "./mqtt-writer.ts";

/** Most that one AT+CASEND takes is 1,459; a power of two leaves the modem's own buffer room. */
const MAX_SEND_BYTES = 1_024;
const SEND_MS = 20_000;
const READ_MS = 10_000;
const PING_MS = 30_000;

/** The modem says when something has come; in case that line was lost, it is asked. */
const FIRST_POLL_MS = 2_000;
const MAX_POLL_MS = 60_000;

/** MQTT on the modem's socket: hands over what waits, asks for what came, one command at a time. */
export class ModemSocket {
  readonly writer: MqttWriter;
  private readonly clock: Clock;
  private readonly channel: AtChannel;
  private readonly reader: MqttReader;
  private readonly keepAliveS: number;
  private readonly maxReadBytes: number;
  private pingAtMs = Infinity;
  private aliveByMs = Infinity;
  private pollAtMs = Infinity;
  private pollMs = FIRST_POLL_MS;
  /** Bytes that are with the modem but not confirmed. */
  private sending = 0;

  constructor(
    clock: Clock,
    channel: AtChannel,
    listener: MqttListener,
    keepAliveS: number,
    maxReadBytes = MAX_READ_BYTES,
  ) {
    this.clock = clock;
    this.channel = channel;
    this.keepAliveS = keepAliveS;
    this.maxReadBytes = maxReadBytes;
    this.writer = new MqttWriter();
    this.reader = new MqttReader(listener);
  }

  /** Forgets what was to be sent and what is half read; nothing is planned. */
  reset(): void {
    this.reader.reset();
    this.writer.clear();
    this.sending = 0;
    this.rest();
  }

  /** Plans nothing any more; what waits still may go. */
  rest(): void {
    this.pingAtMs = Infinity;
    this.aliveByMs = Infinity;
    this.pollAtMs = Infinity;
  }

  pump(): void {
    if (!this.channel.isIdle || this.sendFront()) return;
    if (this.clock.monotonicMs() >= this.pollAtMs) this.readSome();
  }

  /** Begins to hand over what waits; false when nothing does. */
  sendFront(): boolean {
    if (this.writer.waiting === 0) return false;
    const payload = this.writer.front(MAX_SEND_BYTES);
    const nowMs = this.clock.monotonicMs();
    this.sending = payload.length;
    this.pingAtMs = nowMs + this.keepAliveS * 750;
    this.pollMs = FIRST_POLL_MS;
    this.pollAtMs = nowMs + FIRST_POLL_MS;
    this.channel.run({ text: `AT+CASEND=${SOCKET},${payload.length}`, deadlineMs: SEND_MS, payload });
    return true;
  }

  /** The command that ran has ended; says why the session cannot go on. */
  transferred(outcome: AtOutcome, data: Uint8Array | undefined): ModemFailure | undefined {
    if (outcome !== "ok") return outcome === "stuck" ? "stuck" : "closed";
    if (this.sending > 0) this.sent();
    else this.planPoll(data !== undefined);
    return data === undefined || this.reader.feed(data) ? undefined : "broken-stream";
  }

  /** What was being handed over is with the modem. */
  sent(): void {
    this.writer.drop(this.sending);
    this.sending = 0;
  }

  /** Something has come. */
  announced(): void {
    this.planPoll(true);
    this.pump();
  }

  alive(): void {
    this.aliveByMs = Infinity;
  }

  /** To be called at `nextWakeMs`; says false when the other side is gone. */
  tick(): boolean {
    const nowMs = this.clock.monotonicMs();
    if (nowMs >= this.aliveByMs) return false;
    if (nowMs >= this.pingAtMs && this.writer.ping()) {
      this.pingAtMs = Infinity;
      this.aliveByMs = nowMs + PING_MS;
    }
    return true;
  }

  nextWakeMs(): number {
    return Math.min(this.pingAtMs, this.aliveByMs, this.channel.isIdle ? this.pollAtMs : Infinity);
  }

  private readSome(): void {
    const text = `AT+CARECV=${SOCKET},${this.maxReadBytes}`;
    this.channel.run({ text, deadlineMs: READ_MS, reads: true });
  }

  /** More may wait behind what was read; when nothing was, later and later. */
  private planPoll(hasMore: boolean): void {
    if (hasMore) this.pollMs = FIRST_POLL_MS;
    this.pollAtMs = this.clock.monotonicMs() + (hasMore ? 0 : this.pollMs);
    if (!hasMore) this.pollMs = Math.min(MAX_POLL_MS, this.pollMs * 2);
  }
}
