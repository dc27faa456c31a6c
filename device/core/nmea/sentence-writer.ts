const DOLLAR = 36;
const ASTERISK = 42;
const COMMA = 44;
const DOT = 46;
const ZERO = 48;
const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;

/** Days from 0000-03-01 to 1970-01-01 in the Gregorian calendar. */
const EPOCH_DAY = 719_468;
const DAYS_PER_ERA = 146_097;

/** The bytes of an ASCII text. */
export function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/**
 * Writes NMEA 0183 sentences as a receiver sends them, for simulated receivers: field by field, into bytes that are made
 * once. Texts are given as bytes, because XS makes an object of a text whose characters are read.
 */
export class SentenceWriter {
  readonly bytes: Uint8Array;
  /** Bytes written since `restart`. */
  length = 0;
  private start = 0;
  private readonly hexDigits: Uint8Array;

  /** `capacity`: bytes of all sentences that are written between two calls of `restart`. */
  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.hexDigits = ascii("0123456789ABCDEF");
  }

  restart(): void {
    this.length = 0;
  }

  /** Begins a sentence with its address. */
  begin(address: Uint8Array): void {
    this.byte(DOLLAR);
    this.start = this.length;
    this.text(address);
  }

  /** Ends the sentence with its checksum. */
  end(): void {
    let sum = 0;
    for (let i = this.start; i < this.length; i++) sum ^= this.bytes[i] as number;
    this.byte(ASTERISK);
    this.byte(this.hexDigits[sum >> 4] as number);
    this.byte(this.hexDigits[sum & 15] as number);
    this.byte(CARRIAGE_RETURN);
    this.byte(LINE_FEED);
  }

  text(text: Uint8Array): void {
    for (let i = 0; i < text.length; i++) this.byte(text[i] as number);
  }

  comma(): void {
    this.byte(COMMA);
  }

  /** The last `count` decimal digits of a whole number, 0 or more. */
  digits(value: number, count: number): void {
    let rest = value;
    for (let i = this.length + count - 1; i >= this.length; i--) {
      const digit = rest % 10;
      this.bytes[i] = ZERO + digit;
      rest = (rest - digit) / 10;
    }
    this.length += count;
  }

  /** A number, 0 or more, with `decimals` decimals: `units` of the last of them. */
  decimal(units: number, decimals: number): void {
    let scale = 1;
    for (let i = 0; i < decimals; i++) scale *= 10;
    const whole = Math.floor(units / scale);
    let count = 1;
    for (let most = 10; most <= whole; most *= 10) count++;
    this.digits(whole, count);
    this.byte(DOT);
    this.digits(units % scale, decimals);
  }

  /** `hhmmss` of the seconds of a day. */
  time(ofDayS: number): void {
    this.digits(Math.floor(ofDayS / 3600), 2);
    this.digits(Math.floor(ofDayS / 60) % 60, 2);
    this.digits(ofDayS % 60, 2);
  }

  /** `ddmmyy` of a day since 1970, by Hinnant's civil_from_days. */
  date(day: number): void {
    const z = day + EPOCH_DAY;
    const era = Math.floor(z / DAYS_PER_ERA);
    const ofEra = z - era * DAYS_PER_ERA;
    const leap = Math.floor(ofEra / 1_460) - Math.floor(ofEra / 36_524) + Math.floor(ofEra / 146_096);
    const yearOfEra = Math.floor((ofEra - leap) / 365);
    const centuries = Math.floor(yearOfEra / 100);
    const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - centuries);
    const fromMarch = Math.floor((5 * ofYear + 2) / 153);
    const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
    const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
    this.digits(ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1, 2);
    this.digits(month, 2);
    this.digits(year % 100, 2);
  }

  /**
   * `ddmm.mmmm` or `dddmm.mmmm`: a number of minutes, 0 or more, as `units` of which a minute has `perMinute`
   * (10^`decimals`). `degreeDigits` is 2 for a latitude, 3 for a longitude.
   */
  angle(units: number, perMinute: number, decimals: number, degreeDigits: number): void {
    const degrees = Math.floor(units / (60 * perMinute));
    const minutes = units - degrees * 60 * perMinute;
    this.digits(degrees, degreeDigits);
    this.digits(Math.floor(minutes / perMinute), 2);
    this.byte(DOT);
    this.digits(minutes % perMinute, decimals);
  }

  private byte(value: number): void {
    this.bytes[this.length] = value;
    this.length++;
  }
}
