/** What one logger recorded, in the order of its file: column `i` of each array is fix `i`. */
export interface Track {
  readonly name: string;
  readonly length: number;
  /** Seconds of UTC since 1970, may have fractions. */
  readonly at: Float64Array;
  /** Degrees, -90 to 90. */
  readonly lat: Float64Array;
  /** Degrees, -180 to 180. */
  readonly lon: Float64Array;
  /** Metres, one standard deviation; NaN where the file gives none. */
  readonly accuracyM: Float32Array;
  /** 1 where the file marks the fix as an outlier. */
  readonly outlier: Uint8Array;
  /** What the receiver measured, as Reading has it; -1 where the file gives none. */
  readonly speedCmS: Int32Array;
  readonly courseDeg10: Int16Array;
}

/** A receiver's speed over ground in cm/s and its course in tenths of a degree from north; -1 when unknown. */
export interface Motion {
  readonly speedCmS: number;
  readonly courseDeg10: number;
}

const FIRST_CAPACITY = 256;

/** Collects the fixes of one track. */
export class TrackBuilder {
  readonly name: string;
  #length = 0;
  #at = new Float64Array(FIRST_CAPACITY);
  #lat = new Float64Array(FIRST_CAPACITY);
  #lon = new Float64Array(FIRST_CAPACITY);
  #accuracyM = new Float32Array(FIRST_CAPACITY);
  #outlier = new Uint8Array(FIRST_CAPACITY);
  #speedCmS = new Int32Array(FIRST_CAPACITY);
  #courseDeg10 = new Int16Array(FIRST_CAPACITY);

  constructor(name: string) {
    this.name = name;
  }

  /** Adds a fix; `accuracyM` NaN when unknown. */
  add(at: number, lat: number, lon: number, accuracyM: number, outlier: boolean): void {
    if (this.#length === this.#at.length) this.#grow();
    const i = this.#length++;
    this.#at[i] = at;
    this.#lat[i] = lat;
    this.#lon[i] = lon;
    this.#accuracyM[i] = accuracyM;
    this.#outlier[i] = outlier ? 1 : 0;
    this.#speedCmS[i] = -1;
    this.#courseDeg10[i] = -1;
  }

  /** Adds what the receiver measured with the fix that was added last. */
  addMotion({ speedCmS, courseDeg10 }: Motion): void {
    this.#speedCmS[this.#length - 1] = speedCmS;
    this.#courseDeg10[this.#length - 1] = courseDeg10;
  }

  #grow(): void {
    const capacity = this.#at.length * 2;
    this.#at = widened(this.#at, new Float64Array(capacity));
    this.#lat = widened(this.#lat, new Float64Array(capacity));
    this.#lon = widened(this.#lon, new Float64Array(capacity));
    this.#accuracyM = widened(this.#accuracyM, new Float32Array(capacity));
    this.#outlier = widened(this.#outlier, new Uint8Array(capacity));
    this.#speedCmS = widened(this.#speedCmS, new Int32Array(capacity));
    this.#courseDeg10 = widened(this.#courseDeg10, new Int16Array(capacity));
  }

  /** The track so far. */
  track(): Track {
    const length = this.#length;
    return {
      name: this.name,
      length,
      at: this.#at.slice(0, length),
      lat: this.#lat.slice(0, length),
      lon: this.#lon.slice(0, length),
      accuracyM: this.#accuracyM.slice(0, length),
      outlier: this.#outlier.slice(0, length),
      speedCmS: this.#speedCmS.slice(0, length),
      courseDeg10: this.#courseDeg10.slice(0, length),
    };
  }
}

function widened<T extends Float64Array | Float32Array | Uint8Array | Int32Array | Int16Array>(
  from: T,
  to: T,
): T {
  to.set(from);
  return to;
}

/** What the receiver measured with fix `i`. */
export function motionAt({ speedCmS, courseDeg10 }: Track, i: number): Motion {
  return { speedCmS: speedCmS[i] ?? -1, courseDeg10: courseDeg10[i] ?? -1 };
}

/** The track in order of time, without the fixes that are marked as outliers, one fix for each time. */
export function cleanTrack(track: Track): Track {
  const order = Array.from({ length: track.length }, (_, i) => i).filter((i) => track.outlier[i] === 0);
  order.sort((a, b) => track.at[a]! - track.at[b]!);
  const clean = new TrackBuilder(track.name);
  let last = -Infinity;
  for (const i of order) {
    const at = track.at[i]!;
    if (at > last) {
      clean.add(at, track.lat[i]!, track.lon[i]!, track.accuracyM[i]!, false);
      clean.addMotion(motionAt(track, i));
    }
    last = at;
  }
  return clean.track();
}

function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * A cat's home: the median point of its fixes, outliers left out (of all fixes when all are marked).
 * Longitudes are taken relative to the first fix, so that a home at the date line is found too. The track must have a fix.
 */
export function homeOf(track: Track): { latDegrees: number; lonDegrees: number } {
  const trusted = track.outlier.includes(0) ? 0 : 1;
  const isTrusted = (_: number, i: number): boolean => track.outlier[i] === trusted;
  const origin = track.lon[0]!;
  const turned = track.lon.map((lon) => (((lon - origin) % 360) + 540) % 360);
  const lon = median(turned.filter(isTrusted)) - 180 + origin;
  const lonDegrees = lon >= 180 ? lon - 360 : lon < -180 ? lon + 360 : lon;
  return { latDegrees: median(track.lat.filter(isTrusted)), lonDegrees };
}
