import type { Clock, Uplink } from "../../core/ports.ts";
import { Random } from "../../core/random.ts";
import { encodeStatus } from "@purrimeter/protocol/status";
import { DOWNLINK_CHANNELS, topicOf } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";
import { AtChannel, type AtCommand, type AtHost, type AtOutcome } from "./at-channel.ts";
import { ModemCaller } from "./modem-caller.ts";
import type { ModemConfig, ModemFiles } from "./modem-config.ts";
import { isHopeless, pauseMs } from "./modem-pause.ts";
import type { ModemPort } from "./modem-port.ts";
import { attachScript, clockScript, filesScript, openScript, SOCKET, syncScript } from "./modem-scripts.ts";
import { ModemSocket } from "./modem-socket.ts";
import type { ModemFailure, ModemStep } from "./modem-step.ts";
import type { MqttListener } from "./mqtt-reader.ts";
import { ScriptRunner, type ScriptHost } from "./script-runner.ts";

/** Events of the uplink. None is called within `connect`. */
export interface ModemListener {
  up(): void;
  down(): void;
  /** `bytes` is valid only during the call. */
  message(topic: string, bytes: Uint8Array): void;
  /** An attempt or a session ended; for counts and logs, not for decisions. */
  failed?(failure: ModemFailure): void;
}

export interface ModemUplinkOptions extends ModemConfig {
  readonly tag: TagId;
  /** As in the tag's status. */
  readonly firmware: string;
  /** 32 random bits, for jitter. */
  readonly seed: number;
  /** To be stored in the modem at its first start; absent when they are stored already. */
  readonly files?: ModemFiles;
  readonly keepAliveS?: number;
  /** Most bytes of one read, so that an answer fits the board's receive buffer; at most 512, the default. */
  readonly maxReadBytes?: number;
  /** First wait after a failure; 5,000 unless given. */
  readonly firstRetryMs?: number;
}

/** Steps to a session, in this order; each has a script. */
type Setup = "syncing" | "attaching" | "setting-clock" | "loading-files" | "opening";
type Phase = Setup | "off" | "waiting" | "joining" | "up" | "closing";

const CLOSE_MS = 10_000;
/** From the TLS connection to granted topics. */
const JOIN_MS = 30_000;

/** Failures in a row after which the modem's supply is cut. */
const CYCLE_AFTER = 3;

/** Results of AT+CAOPEN that are about certificates: expired, another name, both. */
const CERTIFICATE_RESULTS = ["24", "25", "26"];

/**
 * MQTT 3.1.1 through a modem that does TLS itself (SIM7080G class): a TLS socket of the modem, driven by AT commands, with
 * MQTT of our own on it. Every command has a deadline, every failure a jittered wait, and a modem that does not
 * recover loses its supply for a second. Nothing is resent here: reports belong to the journal.
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
  private readonly caller: ModemCaller;
  private readonly socket: ModemSocket;
  private phase: Phase = "off";
  private isWanted = false;
  private hasFiles: boolean;
  private failures = 0;
  private retryAtMs = 0;
  private joinByMs = Infinity;
  private isDisconnectSent = false;

  constructor(clock: Clock, port: ModemPort, options: ModemUplinkOptions, listener: ModemListener) {
    this.clock = clock;
    this.port = port;
    this.options = options;
    this.listener = listener;
    this.topics = DOWNLINK_CHANNELS.map((channel) => topicOf(options.tag, channel));
    this.random = new Random(options.seed);
    this.channel = new AtChannel(clock, this);
    this.scripts = new ScriptRunner(clock, this);
    this.caller = new ModemCaller(port);
    this.socket = new ModemSocket(clock, this.channel, this, options);
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
    if (this.isOpen()) this.close();
    else if (this.phase !== "closing") this.rest();
    if (wasUp) this.listener.down();
  }

  reconnect(): void {
    if (this.phase === "up") this.fail("closed");
  }

  /** Whether the modem is idle: nothing runs, nothing is planned. */
  get isResting(): boolean {
    return this.phase === "off";
  }

  publish(topic: string, bytes: Uint8Array): boolean {
    if (this.phase !== "up" || !this.socket.writer.publish(topic, bytes)) return false;
    this.pump();
    return true;
  }

  /** Bytes from the modem, split anywhere: the first `length` of `bytes`. */
  modemBytes(bytes: Uint8Array, length: number): void {
    this.channel.feed(bytes, length);
  }

  /** To be called at `nextWakeMs`; earlier or later does no harm. */
  wake(): void {
    const nowMs = this.clock.monotonicMs();
    if (this.phase === "waiting" && nowMs >= this.retryAtMs) this.synchronise(this.caller.begin());
    this.channel.tick();
    this.scripts.tick();
    if (nowMs >= this.joinByMs) this.fail("refused");
    else if (this.isOpen() && !this.socket.tick()) this.fail("closed");
    this.pump();
  }

  /** When `wake` is to be called, in milliseconds of the monotonic clock; Infinity = not before another event. */
  nextWakeMs(): number {
    const retry = this.phase === "waiting" ? this.retryAtMs : Infinity;
    const open = this.isOpen() ? this.socket.nextWakeMs() : Infinity;
    return Math.min(this.joinByMs, retry, open, this.channel.nextWakeMs(), this.scripts.nextWakeMs());
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
    if (line === "RDY" || line === "NORMAL POWER DOWN") this.restarted();
    if (!this.isOpen()) return;
    if (line === `+CADATAIND: ${SOCKET}`) this.socket.announced();
    else if (begins(line, `+CASTATE: ${SOCKET},0`) || begins(line, "+APP PDP: 0,DEACTIVE"))
      this.fail("closed");
  }

  scriptDone(): void {
    if (this.phase === "loading-files") this.hasFiles = true;
    const next = following(this.phase, this.hasFiles);
    if (next === undefined) this.join();
    else this.enter(next);
  }

  scriptFailed(failure: ModemFailure, answer: string): void {
    if (this.phase === "syncing") return this.synchronise(this.caller.unanswered());
    const result = answer.slice(`+CAOPEN: ${SOCKET},`.length);
    const isCertificate = begins(answer, "+CAOPEN") && CERTIFICATE_RESULTS.indexOf(result) >= 0;
    this.fail(isCertificate ? "certificate" : failure);
  }

  connected(code: number): void {
    if (this.phase !== "joining") return;
    if (code !== 0) return this.fail("refused");
    // Acknowledgements at QoS 0; settings and commands, which are sent once, at QoS 1.
    this.socket.writer.subscribe(1, this.topics, [0, 1, 1]);
  }

  subscribed(isGranted: boolean): void {
    if (this.phase !== "joining") return;
    if (!isGranted) return this.fail("refused");
    this.phase = "up";
    this.joinByMs = Infinity;
    this.failures = 0;
    this.listener.up();
  }

  /** Also before `up`: a broker may send before its SUBACK (MQTT 3.1.1, 3.8.4), and settings are sent once. */
  published(topic: string, payload: Uint8Array, id: number): void {
    if (!this.isOpen()) return;
    if (id !== 0) this.socket.writer.acknowledge(id);
    this.listener.message(topic, payload);
  }

  alive(): void {
    this.socket.alive();
  }

  /** Waits, then tries whether the modem answers; undefined ends the attempt. */
  private synchronise(waitMs: number | undefined): void {
    if (waitMs === undefined) return this.fail("no-answer");
    this.phase = "syncing";
    this.scripts.startIn(waitMs, syncScript());
  }

  private enter(phase: Setup): void {
    this.phase = phase;
    this.scripts.start(this.script(phase));
  }

  private script(phase: Setup): readonly ModemStep[] {
    const { options } = this;
    switch (phase) {
      case "syncing":
        return syncScript();
      case "attaching":
        return attachScript(options);
      case "setting-clock":
        return clockScript(this.clock.utcS());
      case "loading-files":
        return options.files === undefined ? [] : filesScript(options.files);
      case "opening":
        return openScript(options);
    }
  }

  private join(): void {
    const { tag, firmware } = this.options;
    this.phase = "joining";
    this.joinByMs = this.clock.monotonicMs() + JOIN_MS;
    this.socket.reset();
    this.socket.writer.connect({
      clientId: tag,
      keepAliveS: this.socket.keepAliveS,
      willTopic: topicOf(tag, "status"),
      will: encodeStatus({ online: false, settingsVersion: 0, firmware }),
    });
    this.pump();
  }

  private isOpen(): boolean {
    return this.phase === "joining" || this.phase === "up";
  }

  private pump(): void {
    if (this.isOpen()) this.socket.pump();
  }

  private transferred(outcome: AtOutcome, data: Uint8Array | undefined): void {
    const failure = this.socket.transferred(outcome, data);
    if (failure !== undefined) this.fail(failure);
    this.pump();
  }

  private restarted(): void {
    if (this.phase !== "syncing" && this.phase !== "off" && this.phase !== "waiting") this.fail("restarted");
  }

  private fail(failure: ModemFailure): void {
    const wasUp = this.phase === "up";
    this.stop();
    const { firstRetryMs } = this.options;
    this.retryAtMs = this.clock.monotonicMs() + pauseMs(failure, this.failures++, this.random, firstRetryMs);
    const isWorn = !isHopeless(failure) && this.failures % CYCLE_AFTER === 0;
    if (failure === "stuck" || isWorn) this.caller.mustCycle = true;
    if (this.isWanted) this.phase = "waiting";
    else this.rest();
    this.listener.failed?.(failure);
    if (wasUp) this.listener.down();
  }

  private stop(): void {
    if (this.channel.isHandingOver) this.caller.mustCycle = true;
    this.scripts.stop();
    this.channel.abandon();
    this.socket.reset();
    this.joinByMs = Infinity;
  }

  /** Sends DISCONNECT once the running command has ended, so that the broker does not publish the will. */
  private close(): void {
    this.phase = "closing";
    this.isDisconnectSent = false;
    this.joinByMs = Infinity;
    this.socket.rest();
    this.socket.writer.disconnect();
    if (this.channel.isIdle) this.sendDisconnect();
  }

  private closed(outcome: AtOutcome): void {
    if (outcome === "stuck") this.caller.mustCycle = true;
    if (outcome !== "ok" || this.isDisconnectSent) return this.rest();
    this.socket.sent();
    this.sendDisconnect();
  }

  private sendDisconnect(): void {
    if (this.socket.sendFront()) return;
    this.isDisconnectSent = true;
    this.run({ text: `AT+CACLOSE=${SOCKET}`, deadlineMs: CLOSE_MS });
  }

  /** The modem is not needed any more. */
  private rest(): void {
    this.stop();
    this.phase = "off";
    this.port.sleep(true);
    if (this.isWanted) this.connect();
  }
}

/** The phase after that one; undefined after the last. */
function following(phase: Phase, hasFiles: boolean): Setup | undefined {
  if (phase === "syncing") return "attaching";
  if (phase === "attaching") return "setting-clock";
  if (phase === "setting-clock" && !hasFiles) return "loading-files";
  return phase === "opening" ? undefined : "opening";
}

function begins(text: string, start: string): boolean {
  return text.slice(0, start.length) === start;
}
