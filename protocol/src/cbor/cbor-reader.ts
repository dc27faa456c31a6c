import type { DecodeError, DecodeReason } from "../decode-error.ts";
import { FIRST_WIRE_VERSION, WIRE_VERSION } from "../limits.ts";
import { MAX_VARINT_BYTES, unzigzag } from "./varint.ts";
import { isWhole, MAX_UINT32 } from "../values.ts";

/**
 * Reads the part of deterministic CBOR that the messages use. Nothing throws: the first fault is kept, and every
 * value read after it is 0, so that a decoder reads on and checks once at the end.
 */
export class CborReader {
  readonly bytes: Uint8Array;
  offset = 0;
  error: DecodeError | undefined;
  /** Pairs of the open map that are not read yet. */
  private pairs = 0;
  private lastKey = -1;
  private end: number;

  constructor(bytes: Uint8Array, maxBytes: number) {
    this.bytes = bytes;
    this.end = bytes.length;
    if (bytes.length === 0) this.fail("empty", "message");
    else if (bytes.length > maxBytes) this.fail("oversized", "message");
  }

  /** Keeps the first fault; always returns 0 so that a read can return it. */
  fail(reason: DecodeReason, field: string): 0 {
    if (this.error === undefined) this.error = { reason, field, offset: this.offset };
    return 0;
  }

  /** True when nothing has failed. */
  get sound(): boolean {
    return this.error === undefined;
  }

  private byte(field: string): number {
    if (this.error !== undefined) return 0;
    if (this.offset >= this.end) return this.fail("truncated", field);
    return this.bytes[this.offset++] as number;
  }

  private argument(additional: number, field: string): number {
    if (additional < 24) return additional;
    if (additional > 26) return this.fail(additional === 27 ? "out-of-range" : "not-canonical", field);
    const byteCount = 1 << (additional - 24);
    let value = 0;
    for (let i = 0; i < byteCount; i++) value = value * 256 + this.byte(field);
    const smallest = byteCount === 1 ? 24 : byteCount === 2 ? 0x100 : 0x10000;
    if (this.sound && value < smallest) return this.fail("not-canonical", field);
    return value;
  }

  private head(major: number, field: string): number {
    const first = this.byte(field);
    if (this.error !== undefined) return 0;
    if (first >> 5 !== major) return this.fail("wrong-type", field);
    return this.argument(first & 31, field);
  }

  private peek(): number {
    return this.error === undefined && this.offset < this.end ? (this.bytes[this.offset] as number) : -1;
  }

  /** A whole number from `min` to `max`. */
  int(field: string, min: number, max: number): number {
    const negative = this.peek() >> 5 === 1;
    const magnitude = this.head(negative ? 1 : 0, field);
    if (this.error !== undefined) return 0;
    const value = negative ? -1 - magnitude : magnitude;
    return isWhole(value, min, max) ? value : this.fail("out-of-range", field);
  }

  /** The next key must be `key`, with a whole number from `min` to `max`. */
  requiredInt(key: number, field: string, min: number, max: number): number {
    this.requireKey(key, field);
    return this.int(field, min, max);
  }

  bool(field: string): boolean {
    const value = this.byte(field);
    if (value !== 0xf5 && value !== 0xf4) this.fail("wrong-type", field);
    return this.sound && value === 0xf5;
  }

  /** Printable ASCII of at most `maxLength` characters. */
  ascii(field: string, maxLength: number): string {
    const length = this.head(3, field);
    if (length > maxLength) this.fail("out-of-range", field);
    let text = "";
    for (let i = 0; i < length && this.sound; i++) {
      const code = this.byte(field);
      if (this.sound && (code < 32 || code > 126)) this.fail("out-of-range", field);
      text += String.fromCharCode(code);
    }
    return this.sound ? text : "";
  }

  /** Number of items of an array, at most `max`. */
  array(field: string, max: number): number {
    const items = this.head(4, field);
    return items > max ? this.fail("too-many", field) : items;
  }

  /** Opens the map that a message is. Maps do not nest. */
  openMap(field: string): void {
    this.pairs = this.head(5, field);
  }

  /** Whether the next key is `key`; if so, consumes it. Keys are 0 to 23, so one byte. */
  hasKey(key: number): boolean {
    if (this.pairs === 0 || this.peek() !== key) return false;
    this.offset++;
    this.pairs--;
    this.lastKey = key;
    return true;
  }

  /** The next key must be `key`. */
  requireKey(key: number, field: string): void {
    if (this.hasKey(key) || this.error !== undefined) return;
    this.fail(this.pairs > 0 && this.offset >= this.end ? "truncated" : "missing-field", field);
  }

  /**
   * The first key is the version, so that bytes of an unknown version are recognised whatever follows. Returns 1 or 2; 1
   * after a fault.
   */
  version(): number {
    this.requireKey(0, "version");
    const version = this.int("version", 0, MAX_UINT32);
    const isKnown = version >= FIRST_WIRE_VERSION && version <= WIRE_VERSION;
    if (this.sound && !isKnown) this.fail("unknown-version", "version");
    return this.sound ? version : FIRST_WIRE_VERSION;
  }

  /**
   * Nothing may be left in the map, and nothing after it. In version 2 unknown keys at the end of the map are skipped: they
   * ascend, and their values are integers, strings or booleans.
   */
  close(version: number): void {
    while (version > FIRST_WIRE_VERSION && this.sound && this.pairs > 0 && this.offset < this.end)
      this.skipPair();
    if (this.error !== undefined) return;
    if (this.pairs > 0) this.fail(this.offset >= this.end ? "truncated" : "unknown-field", "message");
    else if (this.offset < this.end) this.fail("trailing-bytes", "message");
  }

  private skipPair(): void {
    const key = this.int("key", 0, 23);
    if (this.sound && key <= this.lastKey) this.fail("unknown-field", "message");
    this.lastKey = key;
    this.pairs--;
    const major = this.peek() >> 5;
    if (major === 7) this.bool("value");
    else if (major === 2 || major === 3) this.skipBytes(this.head(major, "value"));
    else this.int("value", -MAX_UINT32, MAX_UINT32);
  }

  private skipBytes(byteCount: number): void {
    if (this.sound && byteCount > this.end - this.offset) this.fail("truncated", "value");
    if (this.sound) this.offset += byteCount;
  }

  /** Opens a byte string for `varint` and `raw`, and returns where it ends. */
  openBytes(field: string): number {
    const byteCount = this.head(2, field);
    if (this.error === undefined && byteCount > this.end - this.offset) this.fail("truncated", field);
    return this.error === undefined ? this.offset + byteCount : this.offset;
  }

  /** One byte of an open byte string that ends at `end`. */
  raw(field: string, end: number): number {
    if (this.error === undefined && this.offset >= end) return this.fail("truncated", field);
    return this.byte(field);
  }

  /** An unsigned LEB128 value from `min` to `max` in its shortest form. */
  varint(field: string, end: number, min: number, max: number): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.raw(field, end);
      value += (byte & 127) * scale;
      scale *= 128;
      if (byte < 128) {
        if (byte === 0 && i > 0) return this.fail("not-canonical", field);
        return isWhole(value, min, max) ? value : this.fail("out-of-range", field);
      }
    }
    return this.fail("out-of-range", field);
  }

  /** A zigzag value. The caller checks the sum that it becomes part of. */
  signedVarint(field: string, end: number): number {
    return unzigzag(this.varint(field, end, 0, MAX_UINT32));
  }
}
