import { backOffMs } from "./back-off.ts";
import type { Uplink } from "../ports.ts";
import type { Random } from "../random.ts";

/** A modem in coverage has a session within half a minute; one without searches until it is told to stop. */
const ASK_LIMIT_MS = 90_000;

/** Without coverage: a search costs as much as ten reports. */
const FIRST_RETRY_MS = 5 * 60_000;
const MAX_RETRY_MS = 2 * 3_600_000;

/**
 * When the radio is on. With an infinite `idleTimeoutMs` there is a session from the start; otherwise one is requested when
 * something is to be sent, and ends after that time without anything to send.
 */
export class Radio {
  private readonly uplink: Uplink;
  private readonly idleTimeoutMs: number;
  private readonly random: Random;
  private state: "off" | "asking" | "up" = "off";
  private sinceMs = 0;
  private retryAtMs = 0;
  private failures = 0;

  constructor(uplink: Uplink, idleTimeoutMs: number, random: Random) {
    this.uplink = uplink;
    this.idleTimeoutMs = idleTimeoutMs;
    this.random = random;
  }

  up(nowMs: number): void {
    this.state = "up";
    this.sinceMs = nowMs;
    this.failures = 0;
  }

  /** The session broke; the uplink asks for another by itself. */
  down(nowMs: number): void {
    if (this.state !== "up") return;
    this.state = "asking";
    this.sinceMs = nowMs;
  }

  /**
   * Turns the radio on or off; `wantedFromMs` is when something is to be sent, Infinity when nothing is. A session that is
   * dead is ended and another requested. True when it ended a session, or the request for one.
   */
  tend(nowMs: number, wantedFromMs: number, isDead: boolean): boolean {
    if (isDead) return this.reconnect(nowMs);
    const isWanted = this.idleTimeoutMs === Infinity || wantedFromMs <= nowMs;
    if (isWanted && this.state === "up") this.sinceMs = nowMs;
    if (nowMs < this.nextMs(wantedFromMs)) return false;
    const isOn = this.state !== "off";
    if (isOn) this.turnOff(nowMs);
    else this.ask(nowMs);
    return isOn;
  }

  /** When `tend` has something to do, in monotonic milliseconds. */
  nextMs(wantedFromMs: number): number {
    if (this.state === "up") return this.sinceMs + this.idleTimeoutMs;
    if (this.state === "asking")
      return this.idleTimeoutMs === Infinity ? Infinity : this.sinceMs + ASK_LIMIT_MS;
    return this.idleTimeoutMs === Infinity ? 0 : Math.max(this.retryAtMs, wantedFromMs);
  }

  private reconnect(nowMs: number): true {
    const { uplink } = this;
    // Not every uplink says that a session is down which was ended from here.
    this.down(nowMs);
    if (uplink.reconnect === undefined) {
      uplink.disconnect();
      uplink.connect();
    } else uplink.reconnect();
    return true;
  }

  private ask(nowMs: number): void {
    this.state = "asking";
    this.sinceMs = nowMs;
    this.uplink.connect();
  }

  private turnOff(nowMs: number): void {
    const isFutile = this.state === "asking";
    this.state = "off";
    this.retryAtMs = nowMs;
    if (isFutile) this.retryAtMs += backOffMs(this.failures++, FIRST_RETRY_MS, MAX_RETRY_MS, this.random);
    this.uplink.disconnect();
  }
}
