const DOLLAR = 36;
const STAR = 42;
const COMMA = 44;
const POINT = 46;
const ZERO = 48;
const HEX = "0123456789ABCDEF";

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

/** Metres of error per unit of HDOP that receivers take for granted (u-blox, user range error). */
const RANGE_ERROR_M = 5;
const KNOTS_PER_MS = 1.943_844;

/** Writes NMEA 0183 sentences of one epoch into a buffer of its own, as a receiver sends them over its line. */
export class NmeaWriter {
  /** The first `length` bytes are the sentences. */
  readonly bytes = new Uint8Array(512);
  length = 0;
  #from = 0;
  #day = -1;
  #date = "";

  /** RMC, GGA, GSA and GST of the epoch. */
  write(epoch: Epoch): void {
    this.length = 0;
    const hdop = epoch.claimedM / RANGE_ERROR_M;
    this.#rmc(epoch);
    this.#gga(epoch, hdop);
    this.#gsa(epoch, hdop);
    this.#gst(epoch);
  }

  #rmc(epoch: Epoch): void {
    this.#begin("GNRMC,");
    this.#time(epoch.utcS);
    this.#text(epoch.valid ? ",A," : ",V,");
    this.#place(epoch);
    this.#comma();
    if (epoch.valid) this.#fixed(epoch.speedMS * KNOTS_PER_MS, 3);
    this.#text(",,");
    if (epoch.utcS > 0) this.#text(this.#dateOf(epoch.utcS));
    this.#text(epoch.valid ? ",,,A" : ",,,N");
    this.#end();
  }

  #gga(epoch: Epoch, hdop: number): void {
    this.#begin("GNGGA,");
    this.#time(epoch.utcS);
    this.#comma();
    this.#place(epoch);
    this.#text(epoch.valid ? ",1," : ",0,");
    this.#digits(epoch.satellites, 2);
    this.#comma();
    this.#fixed(epoch.valid ? Math.max(0.5, hdop) : 99.99, 2);
    this.#text(epoch.valid ? ",1200.0,M,44.0,M,," : ",,,,,,");
    this.#end();
  }

  #gsa(epoch: Epoch, hdop: number): void {
    this.#begin(epoch.valid ? "GNGSA,A,3," : "GNGSA,A,1,");
    for (let i = 1; i <= 12; i++) {
      if (epoch.valid && i <= epoch.satellites) this.#digits(i, 2);
      this.#comma();
    }
    const shown = epoch.valid ? Math.max(0.5, hdop) : 99.99;
    this.#fixed(epoch.valid ? shown * 1.6 : shown, 2);
    this.#comma();
    this.#fixed(shown, 2);
    this.#comma();
    this.#fixed(epoch.valid ? shown * 1.2 : shown, 2);
    this.#end();
  }

  #gst(epoch: Epoch): void {
    if (!epoch.valid) return;
    const axisM = epoch.claimedM / Math.SQRT2;
    this.#begin("GNGST,");
    this.#time(epoch.utcS);
    this.#text(",,,,,");
    this.#fixed(axisM, 1);
    this.#comma();
    this.#fixed(axisM, 1);
    this.#comma();
    this.#fixed(axisM * 1.5, 1);
    this.#end();
  }

  #begin(text: string): void {
    this.bytes[this.length++] = DOLLAR;
    this.#from = this.length;
    this.#text(text);
  }

  #end(): void {
    let sum = 0;
    for (let i = this.#from; i < this.length; i++) sum ^= this.bytes[i]!;
    this.bytes[this.length++] = STAR;
    this.#text(HEX[sum >> 4]!);
    this.#text(HEX[sum & 15]!);
    this.#text("\r\n");
  }

  #text(text: string): void {
    for (let i = 0; i < text.length; i++) this.bytes[this.length++] = text.charCodeAt(i);
  }

  #comma(): void {
    this.bytes[this.length++] = COMMA;
  }

  #digits(value: number, count: number): void {
    let rest = value;
    for (let i = count - 1; i >= 0; i--) {
      this.bytes[this.length + i] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    this.length += count;
  }

  #fixed(value: number, places: number): void {
    const scale = 10 ** places;
    const scaled = Math.round(value * scale);
    const whole = Math.floor(scaled / scale);
    let count = 1;
    while (10 ** count <= whole) count++;
    this.#digits(whole, count);
    this.bytes[this.length++] = POINT;
    this.#digits(scaled % scale, places);
  }

  #time(utcS: number): void {
    if (utcS === 0) return;
    const ofDay = utcS % 86_400;
    this.#digits(Math.floor(ofDay / 3600), 2);
    this.#digits(Math.floor(ofDay / 60) % 60, 2);
    this.#digits(ofDay % 60, 2);
    this.#text(".00");
  }

  /** The date as ddmmyy, worked out once a day. */
  #dateOf(utcS: number): string {
    const day = Math.floor(utcS / 86_400);
    if (day !== this.#day) {
      const iso = new Date(day * 86_400_000).toISOString();
      this.#date = iso.slice(8, 10) + iso.slice(5, 7) + iso.slice(2, 4);
      this.#day = day;
    }
    return this.#date;
  }

  #place(epoch: Epoch): void {
    if (!epoch.valid) {
      this.#text(",,,");
      return;
    }
    this.#angle(epoch.latDegrees, 2);
    this.#text(epoch.latDegrees < 0 ? ",S," : ",N,");
    this.#angle(epoch.lonDegrees, 3);
    this.#text(epoch.lonDegrees < 0 ? ",W" : ",E");
  }

  /** Degrees, minutes and five decimals of a minute (1.9 cm). */
  #angle(degrees: number, digits: number): void {
    const units = Math.round(Math.abs(degrees) * 6_000_000);
    const whole = Math.floor(units / 6_000_000);
    this.#digits(whole, digits);
    const minutes = units - whole * 6_000_000;
    this.#digits(Math.floor(minutes / 100_000), 2);
    this.bytes[this.length++] = POINT;
    this.#digits(minutes % 100_000, 5);
  }
}
