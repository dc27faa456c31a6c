import type { Registers } from "../registers.ts";

/**
 * Registers of the AXP2101 (datasheet; the same in XPowersLib): DC-DC switches, DC3 voltage, LDO switches, BLDO1 voltage,
 * ADC channels, per cent.
 */
const DC_SWITCHES = 0x80;
const DC3_VOLTAGE = 0x84;
const LDO_SWITCHES = 0x90;
const BLDO1_VOLTAGE = 0x96;
const ADC_CHANNELS = 0x30;
const PERCENT = 0xa4;

const DC3 = 1 << 2;
const BLDO1 = 1 << 4;
const TS_PIN = 1 << 1;

/** 3.0 V for the modem, in steps of 100 mV from 1.6 V at 88. */
const MODEM_3_0_V = 88 + 14;
/** 3.3 V for the level shifter between processor and modem, in steps of 100 mV from 0.5 V. */
const SHIFTER_3_3_V = 28;

/** The rails of the T-SIM7080G-S3: DC1 supplies the processor and is not changed. */
export class PowerRails {
  private readonly bus: Registers;

  constructor(bus: Registers) {
    this.bus = bus;
    // Without a thermistor on that pin the chip refuses to charge.
    this.change(ADC_CHANNELS, TS_PIN, false);
    this.set(BLDO1_VOLTAGE, 0xe0, SHIFTER_3_3_V);
    this.set(DC3_VOLTAGE, 0x80, MODEM_3_0_V);
    this.change(LDO_SWITCHES, BLDO1, true);
  }

  /** 0 to 100; greater when no battery is connected. */
  percent(): number {
    return this.bus.readUint8(PERCENT);
  }

  modem(isOn: boolean): void {
    this.change(DC_SWITCHES, DC3, isOn);
  }

  private change(register: number, bits: number, isSet: boolean): void {
    const before = this.bus.readUint8(register);
    this.bus.writeUint8(register, isSet ? before | bits : before & ~bits);
  }

  private set(register: number, kept: number, value: number): void {
    this.bus.writeUint8(register, (this.bus.readUint8(register) & kept) | value);
  }
}
