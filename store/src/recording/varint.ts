/** Longest varint written: 2^53 in groups of 7 bits. */
const MAX_VARINT_BYTES = 8;

/** Writes whole numbers as varints (7 bits a byte, lowest first) into a buffer that is kept and grows. */
export class VarintWriter {
  #bytes = Buffer.alloc(8_192);
  #length = 0;

  clear(): void {
    this.#length = 0;
  }

  byte(value: number): void {
    this.#reserve();
    this.#bytes[this.#length++] = value;
  }

  /** 0 to 2^53 - 1. */
  unsigned(value: number): void {
    this.#reserve();
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Zigzag: 0, -1, 1, -2, ... become 0, 1, 2, 3, ... */
  signed(value: number): void {
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Bytes written since `clear`. */
  get length(): number {
    return this.#length;
  }

  /** What was written from that place on. Valid until the next `clear`: growing moves what is written later. */
  written(from: number): Buffer {
    return this.#bytes.subarray(from, this.#length);
  }

  #reserve(): void {
    if (this.#length + MAX_VARINT_BYTES <= this.#bytes.length) return;
    this.#bytes = Buffer.concat([this.#bytes], 2 * this.#bytes.length);
  }
}

/** Reads what VarintWriter wrote. Throws RangeError past the end: sealed bytes are ours, so that is our own fault. */
export class VarintReader {
  readonly #bytes: Uint8Array;
  #next = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#next >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#next++];
    if (value === undefined) throw new RangeError("a stored piece ends too early");
    return value;
  }

  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
