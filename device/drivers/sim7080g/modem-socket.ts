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

/** The modem reports that data has arrived; it is polled in case that line was lost. */
const FIRST_POLL_MS = 2_000;
const MAX_POLL_MS = 60_000;

const KEEP_ALIVE_S = 1_200;

interface ModemSocketOptions {
  readonly keepAliveS?: number;
  readonly maxReadBytes?: number;
}

/** MQTT on the modem's socket: sends what waits and reads what arrived, one command at a time. */
export class ModemSocket {
  readonly writer: MqttWriter;
  private readonly clock: Clock;
  private readonly channel: AtChannel;
  private readonly reader: MqttReader;
  readonly keepAliveS: number;
  private readonly maxReadBytes: number;
  /** When something was last sent and last received; Infinity before the first time in a session. */
  private sentMs = Infinity;
  private receivedMs = Infinity;
  private pingAtMs = Infinity;
  private aliveByMs = Infinity;
  private pollAtMs = Infinity;
  private pollMs = FIRST_POLL_MS;
  /** Bytes given to the modem but not confirmed. */
  private sending = 0;

  constructor(
    clock: Clock,
    channel: AtChannel,
    listener: MqttListener,
    { keepAliveS = KEEP_ALIVE_S, maxReadBytes = MAX_READ_BYTES }: ModemSocketOptions,
  ) {
    this.clock = clock;
    this.channel = channel;
    this.keepAliveS = keepAliveS;
    this.maxReadBytes = maxReadBytes;
    this.writer = new MqttWriter();
    this.reader = new MqttReader(listener);
  }

  /** Discards what was to be sent and partial input; plans nothing. */
  reset(): void {
    this.reader.reset();
    this.writer.clear();
    this.sending = 0;
    this.rest();
  }

  /** Plans nothing any more; what waits may still be sent. */
  rest(): void {
    this.sentMs = Infinity;
    this.receivedMs = Infinity;
    this.pingAtMs = Infinity;
    this.aliveByMs = Infinity;
    this.pollAtMs = Infinity;
  }

  pump(): void {
    if (!this.channel.isIdle || this.sendFront()) return;
    if (this.clock.monotonicMs() >= this.pollAtMs) this.readSome();
  }

  /** Begins to send what waits; false when there is nothing. */
  sendFront(): boolean {
    if (this.writer.waiting === 0) return false;
    const payload = this.writer.front(MAX_SEND_BYTES);
    const nowMs = this.clock.monotonicMs();
    this.sending = payload.length;
    this.sentMs = nowMs;
    if (this.receivedMs === Infinity) this.receivedMs = nowMs;
    this.planPing();
    this.pollMs = FIRST_POLL_MS;
    this.pollAtMs = nowMs + FIRST_POLL_MS;
    this.channel.run({ text: `AT+CASEND=${SOCKET},${payload.length}`, deadlineMs: SEND_MS, payload });
    return true;
  }

  /** The command has ended; returns why the session cannot continue. */
  transferred(outcome: AtOutcome, data: Uint8Array | undefined): ModemFailure | undefined {
    if (outcome !== "ok") return outcome === "stuck" ? "stuck" : "closed";
    if (this.sending > 0) this.sent();
    else this.planPoll(data !== undefined);
    if (data !== undefined && data.length > 0) this.received();
    return data === undefined || this.reader.feed(data) ? undefined : "broken-stream";
  }

  /** The modem has taken the bytes that were being sent. */
  sent(): void {
    this.writer.drop(this.sending);
    this.sending = 0;
  }

  /** Data has arrived. */
  announced(): void {
    this.planPoll(true);
    this.pump();
  }

  alive(): void {
    this.aliveByMs = Infinity;
    this.received();
  }

  /** To be called at `nextWakeMs`; false when the other side does not answer. */
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

  private received(): void {
    this.receivedMs = this.clock.monotonicMs();
    this.planPing();
  }

  /** From the older of the two: reports that are sent again and again must not put off the question whether anybody answers. */
  private planPing(): void {
    if (this.aliveByMs === Infinity)
      this.pingAtMs = Math.min(this.sentMs, this.receivedMs) + this.keepAliveS * 750;
  }

  private readSome(): void {
    const text = `AT+CARECV=${SOCKET},${this.maxReadBytes}`;
    this.channel.run({ text, deadlineMs: READ_MS, reads: true });
  }

  /** Reads again at once after data; otherwise polls less and less often. */
  private planPoll(hasMore: boolean): void {
    if (hasMore) this.pollMs = FIRST_POLL_MS;
    this.pollAtMs = this.clock.monotonicMs() + (hasMore ? 0 : this.pollMs);
    if (!hasMore) this.pollMs = Math.min(MAX_POLL_MS, this.pollMs * 2);
  }
}
