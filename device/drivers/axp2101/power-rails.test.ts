import { expect, it } from "vitest";
import { PowerRails } from "./power-rails.ts";

function make(): { rails: PowerRails; registers: Map<number, number> } {
  const registers = new Map([
    [0x80, 0b0000_0001],
    [0x90, 0b0000_0001],
    [0x96, 0b1110_0000],
    [0x84, 0b1000_0000],
    [0x30, 0b0000_0011],
    [0xa4, 57],
  ]);
  const bus = {
    readUint8: (register: number) => registers.get(register) ?? 0,
    writeUint8: (register: number, value: number) => void registers.set(register, value),
  };
  return { rails: new PowerRails(bus), registers };
}

it("feeds the level shifter 3.3 V and the modem 3.0 V, and lets the battery charge without a thermistor", () => {
  const { registers } = make();
  expect(registers.get(0x96)).toBe(0b1110_0000 | 28);
  expect(registers.get(0x84)).toBe(0b1000_0000 | 102);
  expect(registers.get(0x90)).toBe(0b0001_0001);
  expect(registers.get(0x30)).toBe(0b0000_0001);
});

it("turns the modem's rail on and off, and never the processor's", () => {
  const { rails, registers } = make();
  rails.modem(true);
  expect(registers.get(0x80)).toBe(0b0000_0101);
  rails.modem(false);
  expect(registers.get(0x80)).toBe(0b0000_0001);
  expect(rails.percent()).toBe(57);
});
