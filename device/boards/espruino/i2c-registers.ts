import type { RegisterBlock } from "../../drivers/registers.ts";

/** What this uses of one of Espruino's I2C objects. They throw when no chip answers. */
export interface I2c {
  setup(options: { readonly sda: number; readonly scl: number; readonly bitrate: number }): void;
  readReg(address: number, register: number, count: number): Uint8Array;
  writeTo(address: number, bytes: readonly number[]): void;
}

/** The registers of the chip at one address. */
export class I2cRegisters implements RegisterBlock {
  private readonly bus: I2c;
  private readonly address: number;

  constructor(bus: I2c, address: number) {
    this.bus = bus;
    this.address = address;
  }

  readUint8(register: number): number {
    return this.read(register, 1)[0] as number;
  }

  read(register: number, count: number): Uint8Array {
    return this.bus.readReg(this.address, register, count);
  }

  writeUint8(register: number, value: number): void {
    this.bus.writeTo(this.address, [register, value]);
  }
}
