/**
 * What lost mode costs. The constants are those of the energy model (bench/src/energy, with their sources in docs/energy.md); a
 * test there compares the two.
 */

/** Milliamperes at the battery. */
const ASLEEP_MA = 0.2742;
const RECEIVER_MA = 30;
const SENDING_MA = 70;
const QUIET_MA = 10;

/** A 500 mAh cell gives this before the modem's voltage is gone. */
const USABLE_MAH = 450;

/** Of each contact: connecting and some 1,950 bytes of TLS, MQTT and a report; then the network's tail. */
const SENDING_S = 2.42;
const QUIET_S = 10;

/** Searching under an open sky, within and after two minutes of the last fix; among houses and trees; under a roof. */
const OPEN_SKY_S = { warm: 3, later: 12 } as const;
const WARM_BELOW_S = 120;
const USUAL_S = 12;
const ROOF_S = 30;

/** Hours until the floor: as expected, and within what the sky allows. */
export interface LostHours {
  readonly expected: number;
  /** Under a roof, where each search is in vain. */
  readonly least: number;
  /** Under an open sky. */
  readonly most: number;
}

/** Average current of a tag that searches for `searchS` each `intervalS`, mA. */
export function lostModeMa(intervalS: number, searchS: number): number {
  const contactMas = searchS * RECEIVER_MA + SENDING_MA * SENDING_S + QUIET_MA * QUIET_S;
  return ASLEEP_MA + contactMas / intervalS;
}

/**
 * How long the battery lasts in lost mode, in hours. The buzzer, a cell that is cold or old, and bad coverage are not in it: bad
 * coverage alone can halve it. 0 when the battery is at the floor.
 */
export function lostHours(battery: {
  readonly percent: number;
  readonly floorPercent: number;
  readonly intervalS: number;
}): LostHours {
  const { percent, floorPercent, intervalS } = battery;
  const mAh = (USABLE_MAH * Math.max(0, percent - floorPercent)) / 100;
  const hours = (searchS: number): number => Math.floor(mAh / lostModeMa(intervalS, searchS));
  const openS = intervalS < WARM_BELOW_S ? OPEN_SKY_S.warm : OPEN_SKY_S.later;
  return { expected: hours(USUAL_S), least: hours(ROOF_S), most: hours(openS) };
}
