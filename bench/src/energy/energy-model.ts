import type { Random } from "@purrimeter/simulator/random";

/** What a tag did, added up. */
export interface Usage {
  /** Seconds that the receiver was on. */
  gnssS: number;
  /** Of these: under a roof where no satellite is heard, and where one is heard in vain; looks soon after another search. */
  darkS: number;
  thinS: number;
  looksS: number;
  fixes: number;
  /** Times that the radio went from power saving to a connection, and seconds that it stayed connected. */
  sessions: number;
  connectedS: number;
  bytesUp: number;
  bytesDown: number;
  /** Times that it listened for the home beacon, and seconds. */
  listens: number;
  listenS: number;
}

export function noUsage(): Usage {
  const searches = { gnssS: 0, darkS: 0, thinS: 0, looksS: 0, fixes: 0 };
  return { ...searches, sessions: 0, connectedS: 0, bytesUp: 0, bytesDown: 0, listens: 0, listenS: 0 };
}

export function addUsage(sum: Usage, more: Usage): void {
  for (const key of Object.keys(more) as (keyof Usage)[]) sum[key] += more[key];
}

/** Milliamperes at the battery. Each constant's source, and which are assumptions, is in docs/energy.md. */
const CURRENT_MA = {
  /** Modem in power saving (SIM7080 series specification). */
  modemSaving: 0.0032,
  /** Accelerometer, 50 Hz, low power (ST LIS3DH data sheet). */
  accelerometer: 0.006,
  /** Receiver's clock and orbits kept; regulators and leaks (assumptions). */
  receiverBackup: 0.015,
  leaks: 0.01,
  /** Receiver searching or tracking: between MAX-M8Q (23, HAT specification) and SIM7000 (30, botletics). */
  gnss: 25,
  /** Processor dozing between the receiver's sentences (assumption). */
  processorDozing: 5,
  /** LTE-M from its random access to the last byte: transmitting at 10 to 23 dBm (109 to 167) a part of the time (assumption). */
  connecting: 70,
  /** LTE-M connected with nothing to say (SIM7080 series specification: idle). */
  connectedIdle: 10,
  /** Processor's radio listening for a beacon (assumption: an ESP32 receives at 80 to 90). */
  listening: 95,
} as const;

/**
 * The processor between two wake-ups, mA. The firmware keeps its state in memory, so it can only sleep lightly (Espressif
 * ESP32-S3 data sheet, decision 0013); deep sleep, from which it would start anew, is the bound; the board of
 * docs/boards.md takes this much asleep in all (its maker's examples).
 */
export const ASLEEP_MA = { lightSleep: 0.24, deepSleep: 0.008, developmentBoard: 1.7 } as const;

/** How long a connection transmits before it is quiet (assumption; a PSM wake-up of the nRF9160 takes 1.5 s). */
export const CONNECT_S = 2;

/** The network lets a quiet connection go after this (assumption; networks differ). */
export const TAIL_S = 10;

/** The firmware listens this long for a beacon that calls so often; the board stops when it has received a call. */
const LISTEN_S = 0.5;
const CALLS_EVERY_S = 0.1;
/** Its radio's start, and the share of calls that are received (assumptions). */
const RADIO_START_S = 0.02;
const CALLS_RECEIVED = 0.8;

/** LTE-M carries at least this much up in a connection (assumption: a tenth of its 375 kbit/s at half duplex). */
const BYTES_PER_S = 4_700;

const DAY_S = 86_400;
const HOUR_S = 3_600;

/** A 500 mAh cell gives this before the modem's voltage is gone, cold and a year old (assumption). */
const USABLE_MAH = 450;

/** Where the milliampere-hours of a day go. */
export interface Parts {
  readonly asleep: number;
  readonly gnss: number;
  readonly radio: number;
  readonly listening: number;
  /** Parts of `gnss`. */
  readonly dark: number;
  readonly thin: number;
  readonly looks: number;
}

/** Milliampere-hours a day of a usage over `days` days, with the processor asleep in this state. */
export function partsOf(usage: Usage, days: number, processorMa: number = ASLEEP_MA.lightSleep): Parts {
  const { modemSaving, accelerometer, receiverBackup, leaks } = CURRENT_MA;
  const asleepMas = (modemSaving + accelerometer + processorMa + receiverBackup + leaks) * DAY_S * days;
  const gnssMa = CURRENT_MA.gnss + CURRENT_MA.processorDozing;
  const sendingS = usage.sessions * CONNECT_S + usage.bytesUp / BYTES_PER_S;
  const quietS = Math.max(0, usage.connectedS - sendingS);
  const radioMas = sendingS * CURRENT_MA.connecting + quietS * CURRENT_MA.connectedIdle;
  const listenMas = usage.listenS * CURRENT_MA.listening;
  const perDay = (mas: number): number => mas / HOUR_S / days;
  return {
    asleep: perDay(asleepMas),
    gnss: perDay(usage.gnssS * gnssMa),
    radio: perDay(radioMas),
    listening: perDay(listenMas),
    dark: perDay(usage.darkS * gnssMa),
    thin: perDay(usage.thinS * gnssMa),
    looks: perDay(usage.looksS * gnssMa),
  };
}

/** The sum of the parts. */
export function mAhPerDay(usage: Usage, days: number, processorMa?: number): number {
  const { asleep, gnss, radio, listening } = partsOf(usage, days, processorMa);
  return asleep + gnss + radio + listening;
}

/** Days on a cell of 500 mAh. */
export function daysOf(mAh: number): number {
  return USABLE_MAH / mAh;
}

/** TCP and IP headers of one segment. */
const SEGMENT_BYTES = 40;
/** Topic, MQTT and TLS record of one report, without it. */
const MESSAGE_BYTES = 47;
/** TLS 1.3 resumed with the ticket of the last session. */
const RESUMED_UP_BYTES = 1_134;
const RESUMED_DOWN_BYTES = 241;
/** CONNECT with the will, SUBSCRIBE to three topics, status, DISCONNECT; CONNACK, SUBACK. */
const SESSION_UP_BYTES = 420;
const SESSION_DOWN_BYTES = 80;
const HANDSHAKE_SEGMENTS = 6;
const ACK_BYTES = 12;

/** A new TLS session for a batch of reports. */
export function countSession(usage: Usage): void {
  usage.sessions++;
  usage.bytesUp += RESUMED_UP_BYTES + SESSION_UP_BYTES + HANDSHAKE_SEGMENTS * SEGMENT_BYTES;
  usage.bytesDown += RESUMED_DOWN_BYTES + SESSION_DOWN_BYTES + HANDSHAKE_SEGMENTS * SEGMENT_BYTES;
}

/** One listening, near the beacon or not; true when the beacon was received. */
export function countListening(usage: Usage, isNear: boolean, random: Random): boolean {
  usage.listens++;
  let atS = RADIO_START_S + random.between(0, CALLS_EVERY_S);
  while (atS < LISTEN_S && !(isNear && random.chance(CALLS_RECEIVED))) atS += CALLS_EVERY_S;
  usage.listenS += Math.min(atS, LISTEN_S);
  return atS < LISTEN_S;
}

/** One report of `bytes` bytes and its answer, within a session. */
export function countReport(usage: Usage, bytes: number): void {
  usage.bytesUp += bytes + MESSAGE_BYTES + SEGMENT_BYTES;
  usage.bytesDown += ACK_BYTES + MESSAGE_BYTES + SEGMENT_BYTES;
}
