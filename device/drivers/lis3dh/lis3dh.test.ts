import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { I2cRegisters, type I2c } from "../../boards/espruino/i2c-registers.ts";
import { Lis3dh } from "./lis3dh.ts";

const ADDRESS = 0x18;

/** A chip on the bus; nobody answers at another address. */
class Bus implements I2c {
  readonly registers = new Map<number, number>([[0x0f, 0x33]]);
  reads: number[] = [];

  setup(): void {}

  readReg(address: number, register: number, count: number): Uint8Array {
    if (address !== ADDRESS) throw new Error("no answer");
    this.reads.push(register);
    if (count > 1) return new Uint8Array(randomBytes(count));
    return Uint8Array.of(this.registers.get(register) ?? 0);
  }

  writeTo(address: number, [register = 0, value = 0]: readonly number[]): void {
    if (address !== ADDRESS) throw new Error("no answer");
    this.registers.set(register, value);
  }
}

it("has the sensor hold INT1 low from the first movement on, at ten low-power readings a second", () => {
  const bus = new Bus();
  const sensor = new Lis3dh(new I2cRegisters(bus, ADDRESS));
  sensor.noise();
  sensor.watch();
  expect(Object.fromEntries(bus.registers)).toEqual({
    0x0f: 0x33,
    0x20: 0x2f,
    0x21: 0x01,
    0x22: 0x40,
    0x23: 0x80,
    0x24: 0x08,
    0x25: 0x02,
    0x30: 0x2a,
    0x32: 1,
    0x33: 2,
  });
  expect(bus.reads.at(-1)).toBe(0x31);
});

it("draws another number from the sensor's noise at every start", () => {
  const draw = (): number => new Lis3dh(new I2cRegisters(new Bus(), ADDRESS)).noise();
  expect(draw()).not.toBe(draw());
});

it("says so where another chip answers, or none", () => {
  const bus = new Bus();
  bus.registers.set(0x0f, 0x11);
  expect(() => new Lis3dh(new I2cRegisters(bus, ADDRESS))).toThrow(/LIS3DH/);
  expect(() => new Lis3dh(new I2cRegisters(bus, 0x19))).toThrow(/no answer/);
});
