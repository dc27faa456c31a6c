/** Writes the part of deterministic CBOR (RFC 8949, section 4.2.1) that the messages use, into bytes made once. */
export class CborWriter {
  readonly bytes: Uint8Array;
  length = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Starts again at byte 0. */
  reset(): void {
    this.length = 0;
  }

  private head(major: number, value: number): void {
    const type = major << 5;
    if (value < 24) return this.push(type | value);
    if (value < 0x100) return this.push(type | 24, value);
    if (value < 0x10000) return this.push(type | 25, value >>> 8, value & 255);
    this.push(type | 26, value >>> 24, (value >>> 16) & 255);
    this.push((value >>> 8) & 255, value & 255);
  }

  private push(first: number, second = -1, third = -1): void {
    this.bytes[this.length++] = first;
    if (second >= 0) this.bytes[this.length++] = second;
    if (third >= 0) this.bytes[this.length++] = third;
  }

  /** A map of `pairs` pairs follows: key, value, key, value …, keys ascending. */
  map(pairs: number): void {
    this.head(5, pairs);
  }

  /** An array of `items` items follows. */
  array(items: number): void {
    this.head(4, items);
  }

  /** A whole number from -4,294,967,296 to 4,294,967,295. */
  int(value: number): void {
    if (value < 0) this.head(1, -1 - value);
    else this.head(0, value);
  }

  bool(value: boolean): void {
    this.push(value ? 0xf5 : 0xf4);
  }

  /** ASCII only: the boards have no UTF-8 encoder, and the protocol has no other text. */
  ascii(text: string): void {
    this.head(3, text.length);
    for (let i = 0; i < text.length; i++) this.bytes[this.length++] = text.charCodeAt(i);
  }

  /** Head of a byte string; the caller writes the bytes and moves `length` on. */
  byteString(byteCount: number): void {
    this.head(2, byteCount);
  }

  /** A copy of what was written. */
  taken(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}
