import { crc32 } from "@purrimeter/protocol/crc32";
import type { RegisterBlock } from "../registers.ts";

/** Registers of the LIS3DH (data sheet, 8). */
const WHO_AM_I = 0x0f;
const CTRL1 = 0x20;
const CTRL2 = 0x21;
const CTRL3 = 0x22;
const CTRL4 = 0x23;
const CTRL5 = 0x24;
const CTRL6 = 0x25;
const OUT_X_L = 0x28;
const INT1_CFG = 0x30;
const INT1_SRC = 0x31;
const INT1_THS = 0x32;
const INT1_DURATION = 0x33;

const LIS3DH = 0x33;
/** Set in the address to read consecutive registers. */
const INCREMENT = 0x80;

/** Axes x, y and z: 1,344 times a second, and 10 times with low power. */
const FAST = 0x97;
const SLOW_LOW_POWER = 0x2f;
/** Values do not change while they are read; range ±2 g with 12 bits. */
const BLOCK_UPDATE = 0x80;
const HIGH_RESOLUTION = 0x88;

/** Each reading has some bits of noise: 0.2 mg per axis and root hertz, where a bit is 1 mg (2.1). */
const NOISE_READINGS = 64;
const READING_BYTES = 6;

/** The accelerometer that wakes the tag: its line INT1 goes low when the cat moves, and stays low. */
export class Lis3dh {
  private readonly chip: RegisterBlock;

  /** Throws when the chip is not a LIS3DH. */
  constructor(chip: RegisterBlock) {
    if (chip.readUint8(WHO_AM_I) !== LIS3DH) throw new RangeError("no LIS3DH");
    this.chip = chip;
  }

  /** 32 bits of the sensor's noise. To be called before `watch`. */
  noise(): number {
    const { chip } = this;
    const bytes = new Uint8Array(NOISE_READINGS * READING_BYTES);
    chip.writeUint8(CTRL1, FAST);
    chip.writeUint8(CTRL4, HIGH_RESOLUTION);
    for (let i = 0; i < NOISE_READINGS; i++)
      bytes.set(chip.read(OUT_X_L | INCREMENT, READING_BYTES), i * READING_BYTES);
    return crc32(bytes, 0, bytes.length);
  }

  /** Movement that a walking cat makes and a sleeping one does not: 1/64 g for two readings (8.21). */
  watch(): void {
    const { chip } = this;
    chip.writeUint8(CTRL4, BLOCK_UPDATE);
    chip.writeUint8(CTRL1, SLOW_LOW_POWER);
    // High-pass for the interrupt, which is on INT1, latched, and low when it holds.
    chip.writeUint8(CTRL2, 0x01);
    chip.writeUint8(CTRL3, 0x40);
    chip.writeUint8(CTRL5, 0x08);
    chip.writeUint8(CTRL6, 0x02);
    chip.writeUint8(INT1_THS, 1);
    chip.writeUint8(INT1_DURATION, 2);
    chip.writeUint8(INT1_CFG, 0x2a);
    this.release();
  }

  /** Releases the line until the next movement. */
  release(): void {
    this.chip.readUint8(INT1_SRC);
  }
}
