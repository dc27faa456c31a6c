import type { TagId } from "@purrimeter/protocol/values";
import type { Ports } from "./ports.ts";

/** What a board knows of itself. */
export interface FirmwareOptions {
  readonly tag: TagId;
  /** Printable ASCII, at most MAX_FIRMWARE_LENGTH. */
  readonly firmware: string;
  /** 32 random bits: jitter, and the epoch of a new flash. A board hands in true randomness at every start. */
  readonly seed: number;
}

/** Counts since the start of this program, but `pending`, which outlives it. */
export interface FirmwareStats {
  /** Fixes that the filter accepted. */
  readonly fixes: number;
  /** Entries that the journal took, of all kinds. */
  readonly entries: number;
  /** Entries that the cloud said it has stored. */
  readonly acknowledged: number;
  readonly transitions: number;
  /** Entries that went out in a report again. */
  readonly resent: number;
  readonly reports: number;
  /** Entries in the journal that are not acknowledged yet. */
  readonly pending: number;
}

/** The tag's program on a board: the pure `step` wired to journal, uplink and receiver. Synchronous; never throws for what arrives. */
export class Firmware {
  private readonly ports: Ports;
  private readonly options: FirmwareOptions;

  constructor(ports: Ports, options: FirmwareOptions) {
    this.ports = ports;
    this.options = options;
  }

  /** Reads the flash, notes the start in the journal, starts the receiver and asks for a session. Once. */
  start(): void {
    void this.ports;
    void this.options;
  }

  /** Bytes of NMEA as the receiver sends them, cut anywhere: the first `length` of `bytes`. */
  gnssBytes(bytes: Uint8Array, length: number): void {
    void bytes;
    void length;
  }

  /** The accelerometer felt the cat move. */
  moved(): void {
    return;
  }

  /** The session stands and the tag's topics are subscribed. */
  uplinkUp(): void {
    return;
  }

  uplinkDown(): void {
    return;
  }

  /** A message for this tag; `bytes` is valid only during the call. */
  message(topic: string, bytes: Uint8Array): void {
    void topic;
    void bytes;
  }

  /** To be called at `nextWakeMs`; earlier or later does no harm. */
  wake(): void {
    return;
  }

  /** When `wake` wants to be called, in milliseconds of the monotonic clock; Infinity = never. Changes with every call of the others. */
  nextWakeMs(): number {
    return Infinity;
  }

  /** The same object at every call. */
  get stats(): FirmwareStats {
    return { fixes: 0, entries: 0, acknowledged: 0, transitions: 0, resent: 0, reports: 0, pending: 0 };
  }
}
