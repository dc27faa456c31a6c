const ZERO = 48;
const ASTERISK = 42;
const COMMA = 44;
const DOT = 46;

/** Days from 0000-03-01 to 1970-01-01 in the Gregorian calendar. */
const EPOCH_DAY = 719_468;
const DAYS_PER_ERA = 146_097;

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/**
 * Writes the RMC and GGA of a receiver under open sky into bytes made once, with whole numbers only. Minutes have seven
 * decimals, so that the parser gets back every E7 exactly.
 */
export class NmeaWriter {
  /** The first `length` bytes are the sentences. */
  readonly bytes: Uint8Array;
  length = 0;
  private from = 0;
  // XS makes an object of a text whose characters are asked for: these are bytes.
  private readonly rmc = ascii("GNRMC,");
  private readonly active = ascii(",A,");
  private readonly still = ascii(",0.10,0.0,");
  private readonly mode = ascii(",,,A");
  private readonly gga = ascii("GNGGA,");
  private readonly satellites = ascii(",1,09,");
  private readonly height = ascii(",80.0,M,47.0,M,,");
  private readonly dollar = ascii("$");
  private readonly lineEnd = ascii("\r\n");
  private readonly hundredths = ascii(".00");
  private readonly south = ascii(",S,");
  private readonly north = ascii(",N,");
  private readonly west = ascii(",W");
  private readonly east = ascii(",E");
  private readonly hexDigits = ascii("0123456789ABCDEF");

  constructor() {
    this.bytes = new Uint8Array(256);
  }

  /** `hdopTenths` 10 is a claimed error of 5 m. */
  write(utcS: number, latE7: number, lonE7: number, hdopTenths: number): void {
    this.length = 0;
    this.begin(this.rmc);
    this.time(utcS % 86_400);
    this.text(this.active);
    this.place(latE7, lonE7);
    this.text(this.still);
    this.date(Math.floor(utcS / 86_400));
    this.text(this.mode);
    this.end();
    this.begin(this.gga);
    this.time(utcS % 86_400);
    this.byte(COMMA);
    this.place(latE7, lonE7);
    this.text(this.satellites);
    this.digits(Math.floor(hdopTenths / 10), 2);
    this.byte(DOT);
    this.digits(hdopTenths % 10, 1);
    this.text(this.height);
    this.end();
  }

  private begin(address: Uint8Array): void {
    this.text(this.dollar);
    this.from = this.length;
    this.text(address);
  }

  private end(): void {
    let sum = 0;
    for (let i = this.from; i < this.length; i++) sum ^= this.bytes[i] as number;
    this.byte(ASTERISK);
    this.byte(this.hexDigits[sum >> 4] as number);
    this.byte(this.hexDigits[sum & 15] as number);
    this.text(this.lineEnd);
  }

  private byte(value: number): void {
    this.bytes[this.length] = value;
    this.length++;
  }

  private text(text: Uint8Array): void {
    for (let i = 0; i < text.length; i++) this.byte(text[i] as number);
  }

  private digits(value: number, count: number): void {
    let rest = value;
    for (let i = count - 1; i >= 0; i--) {
      this.bytes[this.length + i] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    this.length += count;
  }

  private time(ofDayS: number): void {
    this.digits(Math.floor(ofDayS / 3600), 2);
    this.digits(Math.floor(ofDayS / 60) % 60, 2);
    this.digits(ofDayS % 60, 2);
    this.text(this.hundredths);
  }

  /** ddmmyy of a day since 1970, by Hinnant's civil_from_days. */
  private date(day: number): void {
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

  private place(latE7: number, lonE7: number): void {
    this.angle(latE7 < 0 ? -latE7 : latE7, 2);
    this.text(latE7 < 0 ? this.south : this.north);
    this.angle(lonE7 < 0 ? -lonE7 : lonE7, 3);
    this.text(lonE7 < 0 ? this.west : this.east);
  }

  private angle(e7: number, width: number): void {
    const degrees = Math.floor(e7 / 10_000_000);
    const minutes = (e7 - degrees * 10_000_000) * 60;
    const whole = Math.floor(minutes / 10_000_000);
    this.digits(degrees, width);
    this.digits(whole, 2);
    this.byte(DOT);
    this.digits(minutes - whole * 10_000_000, 7);
  }
}
