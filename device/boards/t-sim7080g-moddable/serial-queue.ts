/** A report, its command and other commands. */
const CAPACITY_BYTES = 3_072;

/** Output queue of a serial port whose own buffer is a hardware FIFO of 128 bytes, and which throws when that is full. */
export class SerialQueue {
  private readonly write: (bytes: Uint8Array) => void;
  private readonly bytes: Uint8Array;
  private length = 0;
  private free = 0;

  constructor(write: (bytes: Uint8Array) => void) {
    this.write = write;
    this.bytes = new Uint8Array(CAPACITY_BYTES);
  }

  /**
   * False, and takes nothing, when there is no room: the modem does not answer then, and the command ends at its
   * deadline.
   */
  push(bytes: Uint8Array): boolean {
    if (this.length + bytes.length > CAPACITY_BYTES) return false;
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
    this.pump();
    return true;
  }

  /** The port accepts `count` bytes now. */
  writable(count: number): void {
    this.free = count;
    this.pump();
  }

  clear(): void {
    this.length = 0;
  }

  private pump(): void {
    const count = Math.min(this.free, this.length);
    if (count === 0) return;
    this.free -= count;
    this.write(this.bytes.subarray(0, count));
    this.bytes.copyWithin(0, count, this.length);
    this.length -= count;
  }
}
