import { ascii, SentenceWriter } from "@purrimeter/device/sentence-writer";

/** What the receiver puts into the sentences of one epoch. */
export interface Epoch {
  /** Whole seconds of UTC since 1970; 0 while the receiver does not know the time. */
  utcS: number;
  valid: boolean;
  latDegrees: number;
  lonDegrees: number;
  speedMS: number;
  /** Claimed error, distance root mean square, m. */
  claimedM: number;
  satellites: number;
}

const DAY_S = 86_400;

/** Metres of error per unit of HDOP that receivers assume (u-blox, user range error). */
const RANGE_ERROR_M = 5;
const KNOTS_PER_MS = 1.943_844;

/** The value of a receiver without a fix. */
const NO_DOP = 99.99;
const LEAST_DOP = 0.5;

/** Five decimals of a minute: 1.9 cm. */
const PER_MINUTE = 100_000;
const MINUTE_DECIMALS = 5;

const TEXT = {
  rmc: ascii("GNRMC,"),
  gga: ascii("GNGGA,"),
  gsa: ascii("GNGSA,A,3,"),
  gsaWithoutFix: ascii("GNGSA,A,1,"),
  gst: ascii("GNGST,"),
  hundredths: ascii(".00"),
  active: ascii(",A,"),
  void: ascii(",V,"),
  comma2: ascii(",,"),
  comma3: ascii(",,,"),
  comma5: ascii(",,,,,"),
  modeActive: ascii(",,,A"),
  modeVoid: ascii(",,,N"),
  fix: ascii(",1,"),
  noFix: ascii(",0,"),
  height: ascii(",1200.0,M,44.0,M,,"),
  noHeight: ascii(",,,,,,"),
  south: ascii(",S,"),
  north: ascii(",N,"),
  west: ascii(",W"),
  east: ascii(",E"),
} as const;

/** Writes NMEA 0183 sentences of one epoch into a buffer of its own, as a receiver sends them over its line. */
export class NmeaWriter {
  readonly #to = new SentenceWriter(512);

  /** The first `length` of these are the sentences written last. */
  get bytes(): Uint8Array {
    return this.#to.bytes;
  }

  get length(): number {
    return this.#to.length;
  }

  /** RMC, GGA, GSA and GST of the epoch. */
  write(epoch: Epoch): void {
    this.#to.restart();
    const hdop = epoch.valid ? Math.max(LEAST_DOP, epoch.claimedM / RANGE_ERROR_M) : NO_DOP;
    this.#rmc(epoch);
    this.#gga(epoch, hdop);
    this.#gsa(epoch, hdop);
    this.#gst(epoch);
  }

  #rmc(epoch: Epoch): void {
    const to = this.#to;
    to.begin(TEXT.rmc);
    this.#time(epoch.utcS);
    to.text(epoch.valid ? TEXT.active : TEXT.void);
    this.#place(epoch);
    to.comma();
    if (epoch.valid) this.#fixed(epoch.speedMS * KNOTS_PER_MS, 3);
    to.text(TEXT.comma2);
    if (epoch.utcS > 0) to.date(Math.floor(epoch.utcS / DAY_S));
    to.text(epoch.valid ? TEXT.modeActive : TEXT.modeVoid);
    to.end();
  }

  #gga(epoch: Epoch, hdop: number): void {
    const to = this.#to;
    to.begin(TEXT.gga);
    this.#time(epoch.utcS);
    to.comma();
    this.#place(epoch);
    to.text(epoch.valid ? TEXT.fix : TEXT.noFix);
    to.digits(epoch.satellites, 2);
    to.comma();
    this.#fixed(hdop, 2);
    to.text(epoch.valid ? TEXT.height : TEXT.noHeight);
    to.end();
  }

  #gsa(epoch: Epoch, hdop: number): void {
    const to = this.#to;
    to.begin(epoch.valid ? TEXT.gsa : TEXT.gsaWithoutFix);
    for (let i = 1; i <= 12; i++) {
      if (epoch.valid && i <= epoch.satellites) to.digits(i, 2);
      to.comma();
    }
    this.#fixed(epoch.valid ? hdop * 1.6 : hdop, 2);
    to.comma();
    this.#fixed(hdop, 2);
    to.comma();
    this.#fixed(epoch.valid ? hdop * 1.2 : hdop, 2);
    to.end();
  }

  #gst(epoch: Epoch): void {
    if (!epoch.valid) return;
    const to = this.#to;
    const axisM = epoch.claimedM / Math.SQRT2;
    to.begin(TEXT.gst);
    this.#time(epoch.utcS);
    to.text(TEXT.comma5);
    this.#fixed(axisM, 1);
    to.comma();
    this.#fixed(axisM, 1);
    to.comma();
    this.#fixed(axisM * 1.5, 1);
    to.end();
  }

  #fixed(value: number, decimals: number): void {
    this.#to.decimal(Math.round(value * 10 ** decimals), decimals);
  }

  #time(utcS: number): void {
    if (utcS === 0) return;
    this.#to.time(utcS % DAY_S);
    this.#to.text(TEXT.hundredths);
  }

  #place(epoch: Epoch): void {
    const to = this.#to;
    if (!epoch.valid) return to.text(TEXT.comma3);
    this.#angle(epoch.latDegrees, 2);
    to.text(epoch.latDegrees < 0 ? TEXT.south : TEXT.north);
    this.#angle(epoch.lonDegrees, 3);
    to.text(epoch.lonDegrees < 0 ? TEXT.west : TEXT.east);
  }

  #angle(degrees: number, degreeDigits: number): void {
    const units = Math.round(Math.abs(degrees) * 60 * PER_MINUTE);
    this.#to.angle(units, PER_MINUTE, MINUTE_DECIMALS, degreeDigits);
  }
}
