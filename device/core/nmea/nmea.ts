import { MAX_LAT_E7, MAX_LON_E7 } from "@purrimeter/protocol/values";

import { believedUtcS, dayNumber } from "./gnss-time.ts";
import { dateDigits, degreesE7, EMPTY, letter, MALFORMED, scaled, timeOfDayMs } from "./nmea-field.ts";
import type { NmeaCounts } from "./nmea-counts.ts";
import { GGA, GSA, GST, kindOf, RMC } from "./nmea-kind.ts";
import { NmeaLine } from "./nmea-line.ts";
import { emptyReading, type Reading } from "./reading.ts";

/**
 * Error of one pseudorange seen by a small receiver, one standard deviation. Assumption: 5 m, a signal in space of
 * 7 m at 95 % (GPS SPS Performance Standard, 5th edition, 2020) with ionosphere, multipath and a poor antenna.
 */
const RANGE_ERROR_DM = 50;

/** One knot is 1852 m/h (NIST SP 811). */
const CM_S_PER_KNOT = 185_200 / 3600;

const FULL_TURN_DEG10 = 3_600;

const LINE_FEED = 10;

const UNSEEN = 0;
const ACTIVE = 1;
const VOID = 2;

/** Beyond the usual intervals of GGA, 1 to 5 s. */
const HDOP_KEPT_MS = 10_000;

const HALF_DAY_MS = 43_200_000;
const MAX_UINT16 = 65_535;

/**
 * Byte-wise parser of NMEA 0183 that allocates nothing after construction.
 *
 * An epoch consists of the RMC, GGA and GST with the same time (or all without a time), and the GSA between them. The
 * reading is emitted with the sentence that completes it: the last of the kinds that the epoch before had (at first RMC and
 * GGA). A receiver that sends only one of them is therefore understood from its second epoch on. When a sentence is
 * lost, the first sentence of the next epoch emits the incomplete one, so that no timer is needed. A receiver that sends
 * GGA but neither RMC nor ZDA gives no date: its readings have time 0.
 */
export class NmeaParser {
  readonly counts: NmeaCounts = {
    sentences: 0,
    foreign: 0,
    badChecksum: 0,
    malformed: 0,
    tooLong: 0,
    garbageBytes: 0,
    epochs: 0,
  };
  private readonly reading: Reading;
  private readonly line: NmeaLine;
  private readonly builtAtS: number;
  private readonly onReading: (reading: Reading) => void;
  private readonly onForeign: ((line: NmeaLine) => void) | undefined;

  private expected = RMC | GGA;
  private seen = 0;
  private isEmitted = false;
  private timeMs = EMPTY;
  private rmcStatus = UNSEEN;
  private ggaStatus = UNSEEN;
  private hasPosition = false;
  private latE7 = 0;
  private lonE7 = 0;
  private lineLatE7 = EMPTY;
  private lineLonE7 = EMPTY;
  private sigmaDm = 0;
  private hdopTenths = 0;
  private hdopAtMs = -Infinity;
  private knownDay = -1;
  private knownDayMs = 0;

  /**
   * `builtAtS`: when this firmware was built; earlier dates are taken as rolled over by 1,024 weeks.
   * `onReading` is called once per epoch, from within `feed`; the reading is overwritten afterwards. `onForeign` is called
   * with every sentence of another kind.
   */
  constructor(builtAtS: number, onReading: (reading: Reading) => void, onForeign?: (line: NmeaLine) => void) {
    this.reading = emptyReading();
    this.line = new NmeaLine(this.counts);
    this.builtAtS = builtAtS;
    this.onReading = onReading;
    this.onForeign = onForeign;
  }

  /** Takes the first `length` bytes, cut anywhere. */
  feed(bytes: Uint8Array, length: number): void {
    const { line } = this;
    for (let at = line.next(bytes, 0, length); at > 0; at = line.next(bytes, at, length)) this.takeSentence();
  }

  /** Emits an epoch that is still incomplete, as when the receiver was switched off. */
  finish(): void {
    this.feed(new Uint8Array([LINE_FEED]), 1);
    if (this.seen !== 0 && !this.isEmitted) this.emit();
  }

  private takeSentence(): void {
    const kind = kindOf(this.line);
    if (kind === 0) {
      this.counts.foreign++;
      this.onForeign?.(this.line);
    } else if (this.understand(kind)) {
      this.counts.sentences++;
      if (!this.isEmitted && (this.seen & this.expected) === this.expected) this.emit();
    } else {
      this.counts.malformed++;
    }
  }

  private understand(kind: number): boolean {
    switch (kind) {
      case RMC:
        return this.takeRmc();
      case GGA:
        return this.takeGga();
      case GSA:
        return this.takeGsa();
      case GST:
        return this.takeGst();
      default:
        return this.takeZda();
    }
  }

  /** Joins the epoch of this time, or emits the one before and begins another. */
  private join(kind: number, timeMs: number): void {
    const same = timeMs === this.timeMs && (this.seen & kind) === 0;
    if (this.seen !== 0 && !same) {
      if (!this.isEmitted) this.emit();
      this.expected = this.seen;
      this.beginEpoch();
    }
    this.timeMs = timeMs;
    this.seen |= kind;
  }

  private beginEpoch(): void {
    this.seen = 0;
    this.isEmitted = false;
    this.rmcStatus = UNSEEN;
    this.ggaStatus = UNSEEN;
    this.hasPosition = false;
    this.sigmaDm = 0;
    this.reading.quality = 0;
    this.reading.satellites = 0;
    this.reading.hdopTenths = 0;
    this.reading.speedCmS = -1;
    this.reading.courseDeg10 = -1;
  }

  private takeRmc(): boolean {
    const line = this.line;
    const timeMs = timeOfDayMs(line, 1);
    const status = letter(line, 2);
    const knotsE3 = scaled(line, 7, 3);
    const date = dateDigits(line, 9);
    const mode = letter(line, 12);
    const faulty = timeMs === MALFORMED || knotsE3 === MALFORMED || date === MALFORMED;
    if (faulty || (status !== 65 && status !== 86) || !this.readPosition(3)) return false;
    this.join(RMC, timeMs);
    const measured =
      mode === EMPTY || mode === 65 || mode === 68 || mode === 70 || mode === 80 || mode === 82;
    this.rmcStatus = status === 65 && measured ? ACTIVE : VOID;
    if (this.rmcStatus === ACTIVE) this.takePosition(3);
    if (knotsE3 >= 0)
      this.reading.speedCmS = Math.min(Math.round((knotsE3 * CM_S_PER_KNOT) / 1000), MAX_UINT16);
    this.reading.courseDeg10 = this.readCourse(8);
    if (date >= 0) this.learnDay(date, timeMs);
    return true;
  }

  private takeGga(): boolean {
    const line = this.line;
    const timeMs = timeOfDayMs(line, 1);
    const quality = scaled(line, 6, 0);
    const satellites = scaled(line, 7, 0);
    const hdopTenths = this.tenthsRoundedUp(8);
    const faulty = timeMs === MALFORMED || quality === MALFORMED || satellites === MALFORMED;
    if (faulty || hdopTenths === MALFORMED || !this.readPosition(2)) return false;
    this.join(GGA, timeMs);
    this.ggaStatus = quality >= 1 && quality <= 5 ? ACTIVE : VOID;
    if (this.ggaStatus === ACTIVE) this.takePosition(2);
    this.reading.quality = Math.max(quality, 0);
    this.reading.satellites = Math.max(satellites, 0);
    if (hdopTenths > 0) this.reading.hdopTenths = hdopTenths;
    return true;
  }

  private takeGsa(): boolean {
    const hdopTenths = this.tenthsRoundedUp(16);
    if (hdopTenths === MALFORMED) return false;
    if (this.seen !== 0) this.seen |= GSA;
    if (hdopTenths > 0 && this.reading.hdopTenths === 0) this.reading.hdopTenths = hdopTenths;
    return true;
  }

  private takeGst(): boolean {
    const timeMs = timeOfDayMs(this.line, 1);
    const latMm = scaled(this.line, 6, 3);
    const lonMm = scaled(this.line, 7, 3);
    if (timeMs === MALFORMED || latMm === MALFORMED || lonMm === MALFORMED) return false;
    this.join(GST, timeMs);
    if (latMm >= 0 && lonMm >= 0) this.sigmaDm = Math.ceil(Math.sqrt(latMm * latMm + lonMm * lonMm) / 100);
    return true;
  }

  private takeZda(): boolean {
    const timeMs = timeOfDayMs(this.line, 1);
    const day = scaled(this.line, 2, 0);
    const month = scaled(this.line, 3, 0);
    const year = scaled(this.line, 4, 0);
    if (timeMs === MALFORMED || day === MALFORMED || month === MALFORMED || year === MALFORMED) return false;
    if (timeMs >= 0 && year >= 0) this.rememberDay(dayNumber(year, month, day), timeMs);
    return true;
  }

  private learnDay(date: number, timeMs: number): void {
    const year = date % 100;
    const month = Math.floor(date / 100) % 100;
    this.rememberDay(
      dayNumber(year < 80 ? 2000 + year : 1900 + year, month, Math.floor(date / 10_000)),
      timeMs,
    );
  }

  private rememberDay(day: number, timeMs: number): void {
    this.knownDay = timeMs < 0 ? -1 : day;
    this.knownDayMs = timeMs;
  }

  /** Garbage in this field does not cost the position: it reads as unknown. */
  private readCourse(field: number): number {
    const deg10 = scaled(this.line, field, 1);
    return deg10 >= 0 && deg10 <= FULL_TURN_DEG10 ? deg10 % FULL_TURN_DEG10 : -1;
  }

  /** DOPs are rounded up, so that 0.54 does not become a half. */
  private tenthsRoundedUp(field: number): number {
    const hundredths = scaled(this.line, field, 2);
    return hundredths < 0 ? hundredths : Math.min(Math.ceil(hundredths / 10), MAX_UINT16);
  }

  /** Reads latitude and longitude of the four fields from `field`; whether they are numbers in range, or empty. */
  private readPosition(field: number): boolean {
    const latE7 = degreesE7(this.line, field, 2);
    const lonE7 = degreesE7(this.line, field + 2, 3);
    this.lineLatE7 = latE7;
    this.lineLonE7 = lonE7;
    return latE7 !== MALFORMED && lonE7 !== MALFORMED && latE7 <= MAX_LAT_E7 && lonE7 <= MAX_LON_E7;
  }

  /** Keeps what `readPosition` has read. */
  private takePosition(field: number): void {
    const latE7 = this.lineLatE7;
    const lonE7 = this.lineLonE7;
    const northing = letter(this.line, field + 1);
    const easting = letter(this.line, field + 3);
    const complete = latE7 >= 0 && lonE7 >= 0;
    if (!complete || (northing !== 78 && northing !== 83) || (easting !== 69 && easting !== 87)) return;
    this.latE7 = northing === 83 && latE7 !== 0 ? -latE7 : latE7;
    const west = easting === 87 || lonE7 === MAX_LON_E7;
    this.lonE7 = west && lonE7 !== 0 ? -lonE7 : lonE7;
    this.hasPosition = true;
  }

  /** Day of this epoch: the last one named, or the one after it when midnight has passed since. */
  private dayOfEpoch(): number {
    if (this.knownDay < 0 || this.timeMs < 0) return -1;
    if (this.timeMs + HALF_DAY_MS < this.knownDayMs) this.knownDay++;
    this.knownDayMs = this.timeMs;
    return this.knownDay;
  }

  /** Receivers may send GGA more rarely than RMC; the satellites hardly change within seconds. */
  private keepHdop(reading: Reading): void {
    if (reading.hdopTenths > 0) {
      this.hdopTenths = reading.hdopTenths;
      this.hdopAtMs = this.timeMs;
    } else if (this.timeMs >= this.hdopAtMs && this.timeMs - this.hdopAtMs <= HDOP_KEPT_MS) {
      reading.hdopTenths = this.hdopTenths;
    }
  }

  private emit(): void {
    const reading = this.reading;
    const day = this.dayOfEpoch();
    reading.utcS = day < 0 ? 0 : believedUtcS(day, this.timeMs, this.builtAtS);
    reading.latE7 = this.latE7;
    reading.lonE7 = this.lonE7;
    reading.valid = this.hasPosition && this.rmcStatus !== VOID && this.ggaStatus !== VOID;
    this.keepHdop(reading);
    const claimedDm = this.sigmaDm > 0 ? this.sigmaDm : Math.ceil((reading.hdopTenths * RANGE_ERROR_DM) / 10);
    reading.accuracyDm = Math.min(claimedDm, MAX_UINT16);
    this.isEmitted = true;
    this.counts.epochs++;
    this.onReading(reading);
  }
}
