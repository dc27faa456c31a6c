import { encodeAck } from "@purrimeter/protocol/ack";
import type { Entry } from "@purrimeter/protocol/entry";
import type { Report, Settings } from "@purrimeter/protocol/messages";
import { decodeReport } from "@purrimeter/protocol/report";
import { encodeSettings } from "@purrimeter/protocol/settings";
import { topicOf } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";
import type { TagUplink, UplinkListener } from "./uplink-maker.ts";

/** An entry as it was stored. */
export interface StoredEntry {
  readonly number: number;
  readonly entry: Entry;
}

/**
 * A peer for one tag without a network: it decodes reports as the bridge does, keeps each number once, and
 * acknowledges. Its answers wait until `deliver`.
 */
export class InProcessCloud implements TagUplink {
  /** By epoch and number; every entry once. */
  readonly stored = new Map<string, StoredEntry>();
  /** Reports that could not be decoded. */
  malformed = 0;
  /** For a report, by its number from 1: whether it or its acknowledgement is lost. */
  loses: (report: number) => "report" | "acknowledgement" | undefined = () => undefined;
  readonly #tag: TagId;
  readonly #listener: UplinkListener;
  readonly #settings: Settings | undefined;
  readonly #onMessage: () => void;
  #waiting: (() => void)[] = [];
  #reports = 0;
  #through = 0;

  /** `onMessage` is called when there is something to deliver. */
  constructor(tag: TagId, listener: UplinkListener, settings: Settings | undefined, onMessage: () => void) {
    this.#tag = tag;
    this.#listener = listener;
    this.#settings = settings;
    this.#onMessage = onMessage;
  }

  connect(): void {
    this.#say(() => {
      this.#listener.up();
      if (this.#settings !== undefined) {
        this.#listener.message(topicOf(this.#tag, "settings"), encodeSettings(this.#settings));
      }
    });
  }

  disconnect(): void {
    this.#waiting = [];
  }

  close(): void {
    this.disconnect();
  }

  publish(topic: string, bytes: Uint8Array): boolean {
    if (topic !== topicOf(this.#tag, "report")) return true;
    const lost = this.loses(++this.#reports);
    if (lost !== "report") this.#store(bytes, lost === "acknowledgement");
    return true;
  }

  /** Ends the session, and opens a new one as an uplink that reconnects does. */
  drop(): void {
    this.#waiting = [];
    this.#listener.down();
    this.connect();
  }

  /** Delivers what waits to the tag. */
  deliver(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const say of waiting) say();
  }

  #say(message: () => void): void {
    this.#waiting.push(message);
    this.#onMessage();
  }

  #store(bytes: Uint8Array, losesAnswer: boolean): void {
    const report = decodeReport(bytes);
    if (!report.ok) {
      this.malformed++;
      return;
    }
    const { epoch, first, entries } = report.value;
    for (const [i, entry] of entries.entries())
      this.stored.set(`${epoch}.${first + i}`, { number: first + i, entry });
    this.#advance(report.value);
    const ack = encodeAck({ kind: "stored", epoch, through: this.#through });
    if (!losesAnswer) this.#say(() => this.#listener.message(topicOf(this.#tag, "ack"), ack));
  }

  /** Everything up to `#through` is stored, or older than what the tag still holds. */
  #advance({ epoch, oldest }: Report): void {
    this.#through = Math.max(this.#through, oldest - 1);
    while (this.stored.has(`${epoch}.${this.#through + 1}`)) this.#through++;
  }
}
