/** Registers of a chip on the I2C bus. */
export interface Registers {
  readUint8(register: number): number;
  writeUint8(register: number, value: number): void;
}

/** Registers that can be read several at once. */
export interface RegisterBlock extends Registers {
  /** `count` registers, beginning with `register`. */
  read(register: number, count: number): Uint8Array;
}
