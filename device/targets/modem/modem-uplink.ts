import { backOffMs } from "@purrimeter/device/back-off";
import type { Clock, Uplink } from "@purrimeter/device/ports";
import { Random } from "@purrimeter/device/random";
import { encodeStatus } from "@purrimeter/protocol/status";
import { DOWNLINK_CHANNELS, topicOf } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";
import { AtChannel, type AtCommand, type AtHost, type AtOutcome } from "./at-channel.ts";
import { MAX_READ_BYTES } from "./at-stream.ts";
import type { ModemConfig, ModemFiles } from "./modem-config.ts";
import { attachScript, clockScript, filesScript, openScript, SOCKET, syncScript } from "./modem-scripts.ts";
import type { ModemFailure } from "./modem-step.ts";
import { MqttReader, type MqttListener } from "./mqtt-reader.ts";
import { MqttWriter } from "./mqtt-writer.ts";
import { ScriptRunner, type ScriptHost } from "./script-runner.ts";

/** What the board does for the modem. */
export interface ModemPort {
  /** Sends to the modem. `bytes` is valid only during the call. */
  write(bytes: Uint8Array): void;
  /** Lets the modem sleep between sessions, or wakes it (DTR). */
  sleep(isAsleep: boolean): void;
  /** Presses the power key: starts a modem that is off, wakes one in power saving mode. Returns at once. */
  pressPowerKey(): void;
  /** Takes the modem's supply away for a second, and presses the key. Returns at once. */
  cyclePower(): void;
}

/** Whom the uplink tells what happens; nobody is told anything within `connect`. */
export interface ModemListener {
  up(): void;
  down(): void;
  /** `bytes` is valid only during the call. */
  message(topic: string, bytes: Uint8Array): void;
  /** An attempt or a session ended; for counts and people, not for decisions. */
  failed?(failure: ModemFailure): void;
}

export interface ModemUplinkOptions extends ModemConfig {
  readonly tag: TagId;
  /** As in the tag's status. */
  readonly firmware: string;
  /** 32 random bits, for jitter. */
  readonly seed: number;
  /** To be put into the modem at its first start; none where somebody else has done so. */
  readonly files?: ModemFiles;
  readonly keepAliveS?: number;
  /** What one read may bring, so that a whole answer fits the board's own receive buffer; 512 at most, and unless given. */
  readonly maxReadBytes?: number;
  /** First wait after a failure, 5,000 unless given. */
  readonly firstRetryMs?: number;
}

type Phase =
  | "off"
  | "waiting"
  | "syncing"
  | "attaching"
  | "setting-clock"
  | "loading-files"
  | "opening"
  | "joining"
  | "up"
  | "closing";

/** Most that one AT+CASEND takes is 1,459; a power of two leaves the modem's own buffer room. */
const MAX_SEND_BYTES = 1_024;
const COMMAND_MS = 10_000;
const SEND_MS = 20_000;

/** From TLS to granted topics. */
const JOIN_MS = 30_000;
const PING_MS = 30_000;
const KEEP_ALIVE_S = 1_200;

/** The modem says when something has come; in case that line was lost, it is asked. */
const FIRST_POLL_MS = 2_000;
const MAX_POLL_MS = 60_000;

/** Given to a modem after its key was pressed, and after its supply went away: the press itself, the supply's pause, and the start. */
const KEY_MS = 5_000;
const CYCLE_MS = 8_000;

const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 10 * 60_000;
/** What only a person can mend costs no battery. */
const FIRST_HOPELESS_MS = 10 * 60_000;
const MAX_HOPELESS_MS = 2 * 3_600_000;
/** Failures in a row after which the modem starts anew. */
const CYCLE_AFTER = 3;

/** Results of AT+CAOPEN that are about certificates: expired, another name, both. */
const CERTIFICATE_RESULTS = ["24", "25", "26"];

/**
 * MQTT 3.1.1 through a modem that does TLS itself (SIM7080G class): a TLS socket of the modem, driven by AT commands, with
 * MQTT of our own on it. Every command has a deadline, every failure a jittered wait, and a modem that does not come to
 * its senses loses its supply for a second. Nothing is resent: reports are the journal's.
 */
export class ModemUplink implements Uplink, AtHost, ScriptHost, MqttListener {
  private readonly clock: Clock;
  private readonly port: ModemPort;
  private readonly listener: ModemListener;
  private readonly options: ModemUplinkOptions;
  private readonly topics: readonly string[];
  private readonly random: Random;
  private readonly channel: AtChannel;
  private readonly scripts: ScriptRunner;
  private readonly writer: MqttWriter;
  private readonly reader: MqttReader;
  private phase: Phase = "off";
  private isWanted = false;
  private hasFiles: boolean;
  private failures = 0;
  private retryAtMs = 0;
  /** Calls that a modem has not answered since it last did. */
  private calls = 0;
  private mustCycle = false;
  private joinByMs = Infinity;
  private pingAtMs = Infinity;
  private aliveByMs = Infinity;
  private pollAtMs = Infinity;
  private pollMs = FIRST_POLL_MS;
  /** Bytes that are with the modem but not confirmed. */
  private sending = 0;
  private isClosing = false;

  constructor(clock: Clock, port: ModemPort, options: ModemUplinkOptions, listener: ModemListener) {
    this.clock = clock;
    this.port = port;
    this.options = options;
    this.listener = listener;
    this.topics = DOWNLINK_CHANNELS.map((channel) => topicOf(options.tag, channel));
    this.random = new Random(options.seed);
    this.channel = new AtChannel(clock, this);
    this.scripts = new ScriptRunner(clock, this);
    this.writer = new MqttWriter();
    this.reader = new MqttReader(this);
    this.hasFiles = options.files === undefined;
  }

  connect(): void {
    this.isWanted = true;
    if (this.phase !== "off") return;
    this.phase = "waiting";
    this.retryAtMs = Math.max(this.retryAtMs, this.clock.monotonicMs());
  }

  disconnect(): void {
    this.isWanted = false;
    const wasUp = this.phase === "up";
    if (wasUp || this.phase === "joining") this.close();
    else if (this.phase !== "closing") this.rest();
    if (wasUp) this.listener.down();
  }

  /** Whether the modem is not needed: nothing runs, nothing is planned. */
  get isResting(): boolean {
    return this.phase === "off";
  }

  publish(topic: string, bytes: Uint8Array): boolean {
    if (this.phase !== "up" || !this.writer.publish(topic, bytes)) return false;
    this.pump();
    return true;
  }

  /** Bytes of the modem, cut anywhere: the first `length` of `bytes`. */
  modemBytes(bytes: Uint8Array, length: number): void {
    this.channel.feed(bytes, length);
  }

  /** To be called at `nextWakeMs`; earlier or later does no harm. */
  wake(): void {
    const nowMs = this.clock.monotonicMs();
    if (this.phase === "waiting" && nowMs >= this.retryAtMs) this.begin();
    this.channel.tick();
    this.scripts.tick();
    if (nowMs >= this.joinByMs) this.fail("refused");
    else if (nowMs >= this.aliveByMs) this.fail("closed");
    else if (nowMs >= this.pingAtMs && this.isOpen()) this.sendPing(nowMs);
    this.pump();
  }

  /** When `wake` wants to be called, in milliseconds of the monotonic clock; Infinity = not before something else happens. */
  nextWakeMs(): number {
    const own = Math.min(this.joinByMs, this.aliveByMs, this.pingAtMs);
    const idle = this.channel.isIdle ? this.pollAtMs : Infinity;
    const retry = this.phase === "waiting" ? this.retryAtMs : Infinity;
    return Math.min(own, idle, retry, this.channel.nextWakeMs(), this.scripts.nextWakeMs());
  }

  write(bytes: Uint8Array): void {
    this.port.write(bytes);
  }

  run(command: AtCommand): void {
    this.channel.run(command);
  }

  ended(outcome: AtOutcome, answer: string, data: Uint8Array | undefined): void {
    if (this.phase === "closing") this.closed(outcome);
    else if (this.isOpen()) this.transferred(outcome, data);
    else this.scripts.ended(outcome, answer);
  }

  unsolicited(line: string): void {
    const isOpen = this.isOpen();
    if (line === "RDY" || line === "NORMAL POWER DOWN") this.restarted();
    else if (isOpen && line === `+CADATAIND: ${SOCKET}`) this.poll();
    else if (isOpen && (begins(line, `+CASTATE: ${SOCKET},0`) || begins(line, "+APP PDP: 0,DEACTIVE")))
      this.fail("closed");
  }

  scriptDone(): void {
    this.calls = 0;
    if (this.phase === "syncing") this.enter("attaching");
    else if (this.phase === "attaching") this.enter("setting-clock");
    else if (this.phase === "setting-clock") this.enter(this.hasFiles ? "opening" : "loading-files");
    else if (this.phase === "loading-files") {
      this.hasFiles = true;
      this.enter("opening");
    } else if (this.phase === "opening") this.join();
  }

  scriptFailed(failure: ModemFailure, answer: string): void {
    if (this.phase === "syncing") return this.call();
    const result = answer.slice(`+CAOPEN: ${SOCKET},`.length);
    const isCertificate = begins(answer, "+CAOPEN") && CERTIFICATE_RESULTS.indexOf(result) >= 0;
    this.fail(isCertificate ? "certificate" : failure);
  }

  connected(code: number): void {
    if (this.phase !== "joining") return;
    if (code !== 0) return this.fail("refused");
    // The acknowledgements come at QoS 0, what happens once at QoS 1.
    this.writer.subscribe(1, this.topics, [0, 1, 1]);
  }

  subscribed(isGranted: boolean): void {
    if (this.phase !== "joining") return;
    if (!isGranted) return this.fail("refused");
    this.phase = "up";
    this.joinByMs = Infinity;
    this.failures = 0;
    this.listener.up();
  }

  published(topic: string, payload: Uint8Array, id: number): void {
    if (!this.isOpen()) return;
    if (id !== 0) this.writer.acknowledge(id);
    this.listener.message(topic, payload);
  }

  alive(): void {
    this.aliveByMs = Infinity;
  }

  private begin(): void {
    this.port.sleep(false);
    this.calls = 0;
    if (this.mustCycle) this.cycle();
    else this.enter("syncing");
  }

  /** A modem that does not answer is off, in power saving mode, or beside itself. */
  private call(): void {
    this.calls++;
    if (this.calls === 1) {
      this.port.pressPowerKey();
      this.callIn(KEY_MS);
    } else if (this.calls === 2) {
      this.cycle();
    } else {
      this.fail("no-answer");
    }
  }

  private cycle(): void {
    this.mustCycle = false;
    this.calls = 2;
    this.port.cyclePower();
    this.callIn(CYCLE_MS);
  }

  private callIn(ms: number): void {
    this.phase = "syncing";
    // A step that waits: nothing is typed while the modem starts.
    this.scripts.startIn(ms, syncScript());
  }

  private enter(phase: "syncing" | "attaching" | "setting-clock" | "loading-files" | "opening"): void {
    this.phase = phase;
    this.scripts.start(this.script(phase));
  }

  private script(phase: "syncing" | "attaching" | "setting-clock" | "loading-files" | "opening") {
    const { options } = this;
    switch (phase) {
      case "syncing":
        return syncScript();
      case "attaching":
        return attachScript(options);
      case "setting-clock":
        return clockScript(this.clock.utcS());
      case "loading-files":
        return options.files === undefined ? [] : filesScript(options, options.files);
      case "opening":
        return openScript(options);
    }
  }

  private join(): void {
    const nowMs = this.clock.monotonicMs();
    const { tag, firmware } = this.options;
    this.phase = "joining";
    this.joinByMs = nowMs + JOIN_MS;
    this.reader.reset();
    this.writer.clear();
    this.writer.connect({
      clientId: tag,
      keepAliveS: this.keepAliveS(),
      willTopic: topicOf(tag, "status"),
      will: encodeStatus({ online: false, settingsVersion: 0, firmware }),
    });
    this.pump();
  }

  private keepAliveS(): number {
    return this.options.keepAliveS ?? KEEP_ALIVE_S;
  }

  /** Hands over what waits, or asks for what came: one command at a time. */
  private pump(): void {
    if (!this.channel.isIdle || !this.isOpen()) return;
    if (this.writer.waiting > 0) this.sendFront();
    else if (this.clock.monotonicMs() >= this.pollAtMs) this.readSome();
  }

  private sendFront(): void {
    const payload = this.writer.front(MAX_SEND_BYTES);
    const nowMs = this.clock.monotonicMs();
    this.sending = payload.length;
    this.pingAtMs = nowMs + this.keepAliveS() * 750;
    this.pollMs = FIRST_POLL_MS;
    this.pollAtMs = nowMs + FIRST_POLL_MS;
    this.run({ text: `AT+CASEND=${SOCKET},${payload.length}`, deadlineMs: SEND_MS, payload });
  }

  private readSome(): void {
    const most = this.options.maxReadBytes ?? MAX_READ_BYTES;
    this.run({ text: `AT+CARECV=${SOCKET},${most}`, deadlineMs: COMMAND_MS, reads: true });
  }

  private transferred(outcome: AtOutcome, data: Uint8Array | undefined): void {
    if (outcome !== "ok") return this.fail(outcome === "stuck" ? "stuck" : "closed");
    if (this.sending > 0) this.sent();
    else this.planPoll(data !== undefined);
    if (data !== undefined && !this.reader.feed(data)) this.fail("broken-stream");
    this.pump();
  }

  private sent(): void {
    this.writer.drop(this.sending);
    this.sending = 0;
  }

  /** More may wait behind what was read; when nothing was, later and later. */
  private planPoll(hasRead: boolean): void {
    if (hasRead) this.pollMs = FIRST_POLL_MS;
    this.pollAtMs = this.clock.monotonicMs() + (hasRead ? 0 : this.pollMs);
    if (!hasRead) this.pollMs = Math.min(MAX_POLL_MS, this.pollMs * 2);
  }

  private poll(): void {
    this.pollMs = FIRST_POLL_MS;
    this.pollAtMs = this.clock.monotonicMs();
    this.pump();
  }

  private sendPing(nowMs: number): void {
    this.pingAtMs = Infinity;
    this.aliveByMs = nowMs + PING_MS;
    this.writer.ping();
  }

  private restarted(): void {
    if (this.phase !== "syncing" && this.phase !== "off" && this.phase !== "waiting") this.fail("restarted");
  }

  private fail(failure: ModemFailure): void {
    const wasUp = this.phase === "up";
    this.stop();
    const isHopeless = failure === "certificate" || failure === "no-sim";
    const firstMs = isHopeless ? FIRST_HOPELESS_MS : (this.options.firstRetryMs ?? FIRST_RETRY_MS);
    // Files wear the modem's flash.
    const mostMs = isHopeless || failure === "no-files" ? MAX_HOPELESS_MS : MAX_RETRY_MS;
    this.retryAtMs = this.clock.monotonicMs() + backOffMs(this.failures++, firstMs, mostMs, this.random);
    if (failure === "stuck" || (!isHopeless && this.failures % CYCLE_AFTER === 0)) this.mustCycle = true;
    if (this.isWanted) this.phase = "waiting";
    else this.rest();
    this.listener.failed?.(failure);
    if (wasUp) this.listener.down();
  }

  private isOpen(): boolean {
    return this.phase === "joining" || this.phase === "up";
  }

  private stop(): void {
    if (this.channel.isHandingOver) this.mustCycle = true;
    this.scripts.stop();
    this.channel.abandon();
    this.writer.clear();
    this.sending = 0;
    this.joinByMs = Infinity;
    this.pingAtMs = Infinity;
    this.aliveByMs = Infinity;
    this.pollAtMs = Infinity;
  }

  /** Takes leave, so that the broker does not publish the will; once the command that runs has ended. */
  private close(): void {
    this.phase = "closing";
    this.isClosing = false;
    this.joinByMs = Infinity;
    this.aliveByMs = Infinity;
    this.writer.disconnect();
    if (this.channel.isIdle) this.takeLeave();
  }

  private closed(outcome: AtOutcome): void {
    if (outcome === "stuck") this.mustCycle = true;
    if (outcome !== "ok" || this.isClosing) return this.rest();
    this.sent();
    this.takeLeave();
  }

  private takeLeave(): void {
    if (this.writer.waiting > 0) return this.sendFront();
    this.isClosing = true;
    this.run({ text: `AT+CACLOSE=${SOCKET}`, deadlineMs: COMMAND_MS });
  }

  /** Nothing is wanted of the modem. */
  private rest(): void {
    this.stop();
    this.phase = "off";
    this.port.sleep(true);
    if (this.isWanted) this.connect();
  }
}

function begins(text: string, start: string): boolean {
  return text.slice(0, start.length) === start;
}
