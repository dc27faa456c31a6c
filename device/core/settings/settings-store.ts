import { crc32 } from "@purrimeter/protocol/crc32";
import type { DecodeReason } from "@purrimeter/protocol/decode-error";
import { MAX_SETTINGS_BYTES } from "@purrimeter/protocol/limits";
import type { Settings, Status } from "@purrimeter/protocol/messages";
import { decodeSettings } from "@purrimeter/protocol/settings";
import { getUint32, putUint32 } from "../flash/little-endian.ts";
import type { Flash } from "../ports.ts";

/** "PS", layout 1; then the sequence, the length with the last known sides, and the CRC-32 of all that and of the settings' bytes. */
const MAGIC = 0x01_00_53_50;
const LENGTH = 8;
/** The last known sides are the upper half of the length. */
const KNOWN_SHIFT = 16;
const LENGTH_MASK = 0xffff;
const CRC = 12;
const HEADER_BYTES = 16;

const SLOTS = 2;

/** The outcome of settings that arrived. `stale`: not newer than those that the tag has. */
export type SettingsOutcome = "kept" | "stale" | DecodeReason;

/** Pages of flash that one of the two slots takes. */
function slotPages(pageBytes: number): number {
  return Math.ceil((HEADER_BYTES + MAX_SETTINGS_BYTES) / pageBytes);
}

/** Pages that the settings take in a flash with pages of this size. */
export function settingsPages(pageBytes: number): number {
  return SLOTS * slotPages(pageBytes);
}

/** The tag's settings in flash, in two slots written in turn: a cut while one is written leaves the other. */
export class SettingsStore {
  /** The newest whole settings, or undefined on a tag that never had any. */
  current: Settings | undefined = undefined;
  /** The last known sides when `current` came (known-sides.ts); to be set before `offer` returns from `refuse`. */
  known = 0;
  /** The last settings that were refused since newer ones were kept; version 0 when it could not be read. */
  refused: Status["refusedSettings"] = undefined;
  private readonly flash: Flash;
  private readonly firstPage: number;
  private readonly slotPages: number;
  private readonly slot: Uint8Array;
  private sequence = 0;

  /** The store in `settingsPages` pages from `firstPage`; reads nothing before `start`. */
  constructor(flash: Flash, firstPage: number) {
    this.flash = flash;
    this.firstPage = firstPage;
    this.slotPages = slotPages(flash.pageBytes);
    this.slot = new Uint8Array(this.slotPages * flash.pageBytes);
  }

  /** Finds the newest whole slot. One that is torn, flipped or of another wire version counts as empty. */
  start(): void {
    for (let index = 0; index < SLOTS; index++) {
      const settings = this.readSlot(index);
      const sequence = getUint32(this.slot, 4);
      if (settings === undefined || sequence <= this.sequence) continue;
      this.known = getUint32(this.slot, LENGTH) >>> KNOWN_SHIFT;
      this.sequence = sequence;
      this.current = settings;
    }
  }

  /**
   * Keeps newer settings, or returns why not and keeps the current ones. `refuse` gives the reason for which the tag cannot
   * run settings that are well formed.
   */
  offer(bytes: Uint8Array, refuse: (settings: Settings) => DecodeReason | undefined): SettingsOutcome {
    const decoded = decodeSettings(bytes);
    if (!decoded.ok) return this.refusedFor(0, decoded.error.reason);
    const settings = decoded.value;
    if (this.current !== undefined && settings.version <= this.current.version) return "stale";
    const reason = refuse(settings);
    if (reason !== undefined) return this.refusedFor(settings.version, reason);
    this.sequence++;
    this.writeSlot(this.sequence % SLOTS, bytes);
    this.current = settings;
    this.refused = undefined;
    return "kept";
  }

  private refusedFor(version: number, reason: DecodeReason): DecodeReason {
    this.refused = { version, reason };
    return reason;
  }

  private readSlot(index: number): Settings | undefined {
    const pageBytes = this.flash.pageBytes;
    for (let i = 0; i < this.slotPages; i++) {
      this.flash.read(this.pageOf(index) + i, 0, this.slot.subarray(i * pageBytes, (i + 1) * pageBytes));
    }
    const length = getUint32(this.slot, LENGTH) & LENGTH_MASK;
    if (getUint32(this.slot, 0) !== MAGIC || length > MAX_SETTINGS_BYTES) return undefined;
    if (getUint32(this.slot, CRC) !== this.checksum(length)) return undefined;
    const decoded = decodeSettings(this.slot.subarray(HEADER_BYTES, HEADER_BYTES + length));
    return decoded.ok ? decoded.value : undefined;
  }

  private writeSlot(index: number, bytes: Uint8Array): void {
    putUint32(this.slot, 0, MAGIC);
    putUint32(this.slot, 4, this.sequence);
    putUint32(this.slot, LENGTH, bytes.length | (this.known << KNOWN_SHIFT));
    for (let i = 0; i < bytes.length; i++) this.slot[HEADER_BYTES + i] = bytes[i] as number;
    putUint32(this.slot, CRC, this.checksum(bytes.length));
    const pageBytes = this.flash.pageBytes;
    const end = HEADER_BYTES + bytes.length;
    for (let i = 0; i < this.slotPages; i++) {
      this.flash.erase(this.pageOf(index) + i);
      const part = this.slot.subarray(i * pageBytes, Math.min(end, (i + 1) * pageBytes));
      if (part.length > 0) this.flash.write(this.pageOf(index) + i, 0, part);
    }
  }

  /** Of the header before it and the settings after it: two CRCs combined into one. */
  private checksum(length: number): number {
    const header = crc32(this.slot, 0, CRC);
    return (header ^ crc32(this.slot, HEADER_BYTES, HEADER_BYTES + length)) >>> 0;
  }

  private pageOf(index: number): number {
    return this.firstPage + index * this.slotPages;
  }
}
