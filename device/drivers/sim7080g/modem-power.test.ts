import { expect, it } from "vitest";
import { ModemPower } from "./modem-power.ts";
import { PowerRails } from "../axp2101/power-rails.ts";

const DC_SWITCHES = 0x80;
const DC3 = 4;

it("starts the modem with its rail on, holds the key for more than a second, and takes the supply away for one", () => {
  const registers = new Map<number, number>();
  const rails = new PowerRails({
    readUint8: (register) => registers.get(register) ?? 0,
    writeUint8: (register, value) => void registers.set(register, value),
  });
  const done: string[] = [];
  const waiting: (() => void)[] = [];
  const note = (what: string): void => {
    const isSupplied = ((registers.get(DC_SWITCHES) ?? 0) & DC3) !== 0;
    done.push(`${what}, supply ${isSupplied ? "on" : "off"}`);
  };
  const power = new ModemPower(rails, {
    key: (isPressed) => note(isPressed ? "press" : "release"),
    after: (ms, call) => {
      note(`wait ${ms}`);
      waiting.push(call);
    },
  });
  power.pressKey();
  waiting.shift()?.();
  power.cycle();
  waiting.shift()?.();
  waiting.shift()?.();
  expect(done).toEqual([
    "release, supply off",
    ...["press, supply on", "wait 1200, supply on", "release, supply on"],
    ...["wait 1000, supply off", "press, supply on", "wait 1200, supply on", "release, supply on"],
  ]);
  expect(waiting).toEqual([]);
});
