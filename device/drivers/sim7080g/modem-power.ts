import type { PowerRails } from "../axp2101/power-rails.ts";

/** How long the power key is held: more than a second starts the modem (LILYGO's examples for the T-SIM7080G). */
const KEY_MS = 1_200;
const SUPPLY_OFF_MS = 1_000;

/** The board's access to the modem's power key. */
export interface ModemPowerPins {
  /** Presses or releases the key. */
  key(isPressed: boolean): void;
  /** Calls once after `ms` milliseconds. */
  after(ms: number, call: () => void): void;
}

/** Starts the modem of the T-SIM7080G-S3, and cuts its supply. */
export class ModemPower {
  private readonly rails: PowerRails;
  private readonly pins: ModemPowerPins;

  constructor(rails: PowerRails, pins: ModemPowerPins) {
    this.rails = rails;
    this.pins = pins;
    pins.key(false);
    rails.modem(true);
  }

  /** Returns at once. */
  pressKey(): void {
    this.pins.key(true);
    this.pins.after(KEY_MS, () => this.pins.key(false));
  }

  /** Returns at once. */
  cycle(): void {
    this.rails.modem(false);
    this.pins.after(SUPPLY_OFF_MS, () => {
      this.rails.modem(true);
      this.pressKey();
    });
  }
}
