import type { Uplink } from "@purrimeter/device/ports";
import { topicOf } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";

/**
 * Observes a tag's uplink, so that virtual time can be held while the bridge answers in real time. Without it a tag at
 * sixty times real time would resend a report that is a second old, and a tag without a bridge would run through its
 * whole back-off, and fill its journal, within seconds.
 */
export class HeldUplink implements Uplink {
  /** Reports sent since the tag was switched on. */
  reports = 0;
  #wanted = false;
  #up = false;
  #inFlight = 0;
  readonly #uplink: Uplink;
  readonly #reportTopic: string;
  readonly #ackTopic: string;
  readonly #resent: () => number;
  #resentBefore = 0;

  /** `resent` counts the entries that the firmware sent again. */
  constructor(uplink: Uplink, tag: TagId, resent: () => number) {
    this.#uplink = uplink;
    this.#reportTopic = topicOf(tag, "report");
    this.#ackTopic = topicOf(tag, "ack");
    this.#resent = resent;
  }

  /** Whether the tag waits in real time: for a requested session, or for the answer to a report. */
  get isWaiting(): boolean {
    return this.#wanted && (!this.#up || this.#inFlight > 0);
  }

  get isUp(): boolean {
    return this.#up;
  }

  connect(): void {
    this.#wanted = true;
    this.#uplink.connect();
  }

  disconnect(): void {
    this.#wanted = false;
    this.#up = false;
    this.#inFlight = 0;
    this.#uplink.disconnect();
  }

  publish(topic: string, bytes: Uint8Array): boolean {
    const taken = this.#uplink.publish(topic, bytes);
    if (taken && topic === this.#reportTopic) {
      const resent = this.#resent();
      this.#inFlight = resent > this.#resentBefore ? 1 : this.#inFlight + 1;
      this.#resentBefore = resent;
      this.reports++;
    }
    return taken;
  }

  /** The session is established, or has ended. */
  setUp(up: boolean): void {
    this.#up = up;
    this.#inFlight = 0;
  }

  /** The firmware has processed a message; `pending` entries are left. */
  countMessage(topic: string, pending: number): void {
    if (topic !== this.#ackTopic) return;
    this.#inFlight = pending === 0 ? 0 : Math.max(0, this.#inFlight - 1);
  }
}
