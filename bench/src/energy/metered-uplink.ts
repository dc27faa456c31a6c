import type { Firmware } from "@purrimeter/device/firmware";
import type { Uplink } from "@purrimeter/device/ports";
import { encodeAck } from "@purrimeter/protocol/ack";
import type { Settings } from "@purrimeter/protocol/messages";
import { decodeReport } from "@purrimeter/protocol/report";
import { encodeSettings } from "@purrimeter/protocol/settings";
import { topicOf } from "@purrimeter/protocol/topics";
import type { TransitionEntry } from "@purrimeter/protocol/entry";
import type { EntryNumber, Side, TagId } from "@purrimeter/protocol/values";
import type { VirtualClock } from "@purrimeter/simulator/virtual-clock";
import type { Told } from "./heard.ts";
import { CONNECT_S, countReport, countSession, TAIL_S, type Usage } from "./energy-model.ts";

const ANSWER_MS = 500;

/** A radio with coverage and a cloud behind it, with meters on supply and bytes. */
export class MeteredUplink implements Uplink {
  /** Virtual time at which something arrives, ms. */
  nextMs = Infinity;
  firmware: Firmware | undefined;
  private readonly clock: VirtualClock;
  private readonly usage: Usage;
  private readonly tag: TagId;
  private readonly settings: Uint8Array;
  private readonly stored = new Set<number>();
  private readonly transitions = new Map<
    number,
    { readonly entry: TransitionEntry; readonly heardAt: number }
  >();
  private through = 0;
  private connectedMs = Infinity;
  private arriving: (() => void)[] = [];
  private hasSettings = false;

  constructor(tag: TagId, settings: Settings, clock: VirtualClock, usage: Usage) {
    this.tag = tag;
    this.settings = encodeSettings(settings);
    this.clock = clock;
    this.usage = usage;
  }

  connect(): void {
    countSession(this.usage);
    this.connectedMs = this.clock.nowMs;
    this.arrives(CONNECT_S * 1_000, () => this.established());
  }

  disconnect(): void {
    this.usage.connectedS += (this.clock.nowMs - this.connectedMs) / 1_000 + TAIL_S;
    this.nextMs = Infinity;
    this.arriving = [];
  }

  publish(topic: string, bytes: Uint8Array): boolean {
    if (topic !== topicOf(this.tag, "report")) return true;
    countReport(this.usage, bytes.length);
    const ack = this.store(bytes);
    this.arrives(ANSWER_MS, () => this.firmware?.message(topicOf(this.tag, "ack"), ack));
    return true;
  }

  run(): void {
    const arriving = this.arriving;
    this.arriving = [];
    this.nextMs = Infinity;
    for (const arrive of arriving) arrive();
  }

  /** The decisions that came, in their order. */
  told(): Told[] {
    let lastKnown: Side = "unknown";
    const inOrder = [...this.transitions].toSorted(([a], [b]) => a - b);
    return inOrder.map(([, { entry, heardAt }]) => {
      const isAlarm = entry.to === "outside" && lastKnown === "inside";
      if (entry.to !== "unknown") lastKnown = entry.to;
      return { decidedAt: entry.at, heardAt, side: entry.to, isAlarm };
    });
  }

  private arrives(inMs: number, arrive: () => void): void {
    this.arriving.push(arrive);
    this.nextMs = this.clock.nowMs + inMs;
  }

  private established(): void {
    this.firmware?.uplinkUp();
    if (this.hasSettings) return;
    this.hasSettings = true;
    this.firmware?.message(topicOf(this.tag, "settings"), this.settings);
  }

  private store(bytes: Uint8Array): Uint8Array {
    const report = decodeReport(bytes);
    if (!report.ok) throw new Error(`the tag sent no report: ${report.error.reason}`);
    const { epoch, first, oldest, entries } = report.value;
    for (const [i, entry] of entries.entries()) {
      this.stored.add(first + i);
      if (entry.kind === "transition" && !this.transitions.has(first + i))
        this.transitions.set(first + i, { entry, heardAt: this.clock.trueUtcS() });
    }
    this.through = Math.max(this.through, oldest - 1);
    while (this.stored.delete(this.through + 1)) this.through++;
    const last = (first + entries.length - 1) as EntryNumber;
    const stored = { kind: "stored" as const, epoch, through: this.through };
    return encodeAck(last <= this.through ? stored : { ...stored, ahead: { first, last } });
  }
}
