import { ascii, SentenceWriter } from "../../core/nmea/sentence-writer.ts";

/** Minutes have seven decimals, so that the parser gets back every E7 exactly. */
const PER_MINUTE = 10_000_000;
const DECIMALS = 7;

/** Writes the RMC and GGA of a receiver under open sky into bytes made once, with whole numbers only. */
export class OpenSkyReceiver {
  private readonly writer: SentenceWriter;
  private readonly rmc = ascii("GNRMC,");
  private readonly active = ascii(".00,A,");
  private readonly still = ascii(",0.10,0.0,");
  private readonly mode = ascii(",,,A");
  private readonly gga = ascii("GNGGA,");
  private readonly hundredths = ascii(".00,");
  private readonly satellites = ascii(",1,09,");
  private readonly height = ascii(",80.0,M,47.0,M,,");
  private readonly south = ascii(",S,");
  private readonly north = ascii(",N,");
  private readonly west = ascii(",W");
  private readonly east = ascii(",E");

  constructor() {
    this.writer = new SentenceWriter(256);
  }

  get bytes(): Uint8Array {
    return this.writer.bytes;
  }

  get length(): number {
    return this.writer.length;
  }

  /** `hdopTenths` 10 is a claimed error of 5 m. */
  write(utcS: number, latE7: number, lonE7: number, hdopTenths: number): void {
    const { writer } = this;
    writer.restart();
    writer.begin(this.rmc);
    writer.time(utcS % 86_400);
    writer.text(this.active);
    this.place(latE7, lonE7);
    writer.text(this.still);
    writer.date(Math.floor(utcS / 86_400));
    writer.text(this.mode);
    writer.end();
    writer.begin(this.gga);
    writer.time(utcS % 86_400);
    writer.text(this.hundredths);
    this.place(latE7, lonE7);
    writer.text(this.satellites);
    if (hdopTenths < 100) writer.digits(0, 1);
    writer.decimal(hdopTenths, 1);
    writer.text(this.height);
    writer.end();
  }

  private place(latE7: number, lonE7: number): void {
    const { writer } = this;
    writer.angle((latE7 < 0 ? -latE7 : latE7) * 60, PER_MINUTE, DECIMALS, 2);
    writer.text(latE7 < 0 ? this.south : this.north);
    writer.angle((lonE7 < 0 ? -lonE7 : lonE7) * 60, PER_MINUTE, DECIMALS, 3);
    writer.text(lonE7 < 0 ? this.west : this.east);
  }
}
