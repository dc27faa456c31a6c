import type { Clock } from "../../core/ports.ts";
import { asciiBytes } from "./ascii-bytes.ts";
import { AtStream, type AtListener } from "./at-stream.ts";

/** One command and what completes it. */
export interface AtCommand {
  /** The whole command, without the end of the line. */
  readonly text: string;
  readonly deadlineMs: number;
  /** Beginning of a line that must come besides OK, before or after it. */
  readonly wants?: string | undefined;
  /** Bytes that follow when the modem asks for them, with ">" or "DOWNLOAD". */
  readonly payload?: Uint8Array | undefined;
  /** Whether the answer is counted data. */
  readonly reads?: boolean | undefined;
  /** The answer counts although the command was not echoed: the modem may still be told to echo. */
  readonly isUnechoed?: boolean | undefined;
}

/**
 * How a command ended. "stuck": bytes were being transferred and their state is unknown; the modem may take
 * the next command for the rest of them.
 */
export type AtOutcome = "ok" | "error" | "timeout" | "stuck";

/** Time in which a modem that refused bytes may still ask for them. */
const LATE_PROMPT_MS = 1_000;

/** What a channel needs from its owner. */
export interface AtHost {
  /** Sends to the modem. `bytes` is valid only during the call. */
  write(bytes: Uint8Array): void;
  /**
   * The command has ended; another may be run within the call. `answer` is the line that it needed, `data` the counted
   * data of a command that reads, valid only during the call.
   */
  ended(outcome: AtOutcome, answer: string, data: Uint8Array | undefined): void;
  /** A line that belongs to no command. */
  unsolicited(line: string): void;
}

/**
 * Runs one command at a time. The modem echoes commands, and only what follows the echo is the answer, so that an answer
 * that comes late or twice is not taken for that of the next command.
 */
export class AtChannel implements AtListener {
  private readonly clock: Clock;
  private readonly host: AtHost;
  private readonly stream: AtStream;
  private command: AtCommand | undefined = undefined;
  private deadlineMs = 0;
  private isEchoed = false;
  private isSent = false;
  private isOk = false;
  private isRefused = false;
  private answer = "";
  private reads = 0;
  private read: Uint8Array | undefined = undefined;
  /** Ends of lines behind data, as the first answer had them; 0 before that. */
  private usualEndings = 0;

  constructor(clock: Clock, host: AtHost) {
    this.clock = clock;
    this.host = host;
    this.stream = new AtStream(this);
  }

  get isIdle(): boolean {
    return this.command === undefined;
  }

  /** Whether bytes are being transferred: the modem may take a command for some of them. */
  get isHandingOver(): boolean {
    return this.command?.payload !== undefined;
  }

  run(command: AtCommand): void {
    if (this.command !== undefined) throw new RangeError("a command runs already");
    this.forget();
    this.command = command;
    this.deadlineMs = this.clock.monotonicMs() + command.deadlineMs;
    this.isEchoed = command.isUnechoed === true;
    this.host.write(asciiBytes(`${command.text}\r`));
  }

  /** Abandons the running command and its partial answer, without calling `ended`. */
  abandon(): void {
    this.command = undefined;
    this.forget();
    this.stream.reset();
    this.usualEndings = 0;
  }

  /** Bytes from the modem, split anywhere: the first `length` of `bytes`. */
  feed(bytes: Uint8Array, length: number): void {
    this.stream.feed(bytes, length);
  }

  /** To be called at `nextWakeMs`. */
  tick(): void {
    if (this.command === undefined || this.clock.monotonicMs() < this.deadlineMs) return;
    this.stream.reset();
    const isHandingOver = this.isHandingOver && !this.isRefused;
    const outcome = isHandingOver ? "stuck" : this.isRefused ? "error" : "timeout";
    this.end(outcome);
  }

  nextWakeMs(): number {
    return this.command === undefined ? Infinity : this.deadlineMs;
  }

  line(text: string): void {
    const command = this.command;
    if (command === undefined || !this.isEchoed) this.beforeEcho(command, text);
    else if (text === "OK") this.gotOk(command);
    else if (text === "ERROR" || begins(text, "+CME ERROR") || begins(text, "+CMS ERROR"))
      this.refused(command);
    else if (text === "DOWNLOAD") this.prompt();
    else if (command.wants !== undefined && begins(text, command.wants)) this.gotAnswer(text);
    else if (command.reads === true && begins(text, "+CARECV")) this.reads++;
    else if (text !== command.text) this.host.unsolicited(text);
    this.endIfDone();
  }

  prompt(): void {
    const payload = this.command?.payload;
    if (payload === undefined || !this.isEchoed || this.isSent) return;
    if (this.isRefused) return this.end("stuck");
    this.isSent = true;
    this.host.write(payload);
  }

  data(bytes: Uint8Array): void {
    this.reads++;
    this.read = bytes;
  }

  private beforeEcho(command: AtCommand | undefined, text: string): void {
    if (command !== undefined && text === command.text) this.echoed(command);
    else if (text !== "OK" && text !== "ERROR") this.host.unsolicited(text);
  }

  private echoed(command: AtCommand): void {
    this.isEchoed = true;
    this.stream.expectsData = command.reads === true;
  }

  private gotOk(command: AtCommand): void {
    const isUnasked = command.payload !== undefined && !this.isSent;
    if (!this.isWhole(command) || isUnasked) this.refused(command);
    else this.isOk = true;
  }

  /** A modem that refuses the bytes but still asks for them would take the next command for them. */
  private refused(command: AtCommand): void {
    if (command.payload === undefined) return this.end("error");
    if (this.isSent) return this.end("stuck");
    this.isRefused = true;
    this.deadlineMs = this.clock.monotonicMs() + LATE_PROMPT_MS;
  }

  /** Data that came twice, not at all, or without some of their bytes make the stream wrong: the session must end. */
  private isWhole(command: AtCommand): boolean {
    if (command.reads !== true) return true;
    if (this.reads !== 1) return false;
    if (this.read === undefined) return true;
    const { endingsBehindData } = this.stream;
    if (this.usualEndings === 0) this.usualEndings = endingsBehindData;
    return endingsBehindData >= this.usualEndings;
  }

  private gotAnswer(text: string): void {
    this.answer = text;
  }

  private endIfDone(): void {
    const { command } = this;
    if (command === undefined || !this.isOk) return;
    if (command.wants === undefined || this.answer !== "") this.end("ok");
  }

  private end(outcome: AtOutcome): void {
    const { answer, read } = this;
    this.command = undefined;
    this.forget();
    this.host.ended(outcome, answer, outcome === "ok" ? read : undefined);
  }

  private forget(): void {
    this.isEchoed = false;
    this.isSent = false;
    this.isOk = false;
    this.isRefused = false;
    this.answer = "";
    this.reads = 0;
    this.read = undefined;
    this.stream.expectsData = false;
  }
}

function begins(text: string, start: string): boolean {
  return text.slice(0, start.length) === start;
}
