import { createTokenBucket, takeToken } from "../limits/token-bucket.ts";
import type { Rate, TokenBucket } from "../limits/token-bucket.ts";
import { LruMap } from "../limits/lru-map.ts";

/** What may be written, and what is told of the rest. */
export interface SummedLinesOptions {
  /** Lines of one kind, and of one kind by one origin (a tag, an address). */
  readonly perKind: Rate;
  readonly perOrigin: Rate;
  readonly monotonicMs: () => number;
  /** Told of a kind of which lines were left out, how many, about once in `everyMs` while there are any. */
  readonly onSum: (kind: string, count: number) => void;
  readonly everyMs: number;
}

/** Origins that are remembered. */
const MAX_ORIGINS = 2_000;

interface Kind {
  readonly bucket: TokenBucket;
  leftOut: number;
}

/** Lets so many lines through as a person can read, and says how many it left out: a flood hides neither itself nor other kinds. */
export class SummedLines {
  readonly #options: SummedLinesOptions;
  /** By kind: constants of the code, so it stays small. */
  readonly #kinds = new Map<string, Kind>();
  readonly #origins = new LruMap<string, TokenBucket>(MAX_ORIGINS);
  #summedMs: number;

  constructor(options: SummedLinesOptions) {
    this.#options = options;
    this.#summedMs = options.monotonicMs();
  }

  /** Whether a line may be written; counted when not. */
  mayWrite(kind: string, origin = ""): boolean {
    this.summariseDue();
    const nowMs = this.#options.monotonicMs();
    const { bucket } = this.#kindOf(kind);
    const isWritten = this.#takeOrigin(kind, origin, nowMs) && this.#take(bucket, nowMs);
    if (!isWritten) this.#kindOf(kind).leftOut += 1;
    return isWritten;
  }

  /** Tells what was left out when `everyMs` have passed since the last time. To be called again and again, as `summarise`. */
  summariseDue(): void {
    const { monotonicMs, everyMs } = this.#options;
    if (monotonicMs() - this.#summedMs >= everyMs) this.summarise();
  }

  /** Tells what was left out since the last time. To be called again and again: a flood may end between two lines. */
  summarise(): void {
    this.#summedMs = this.#options.monotonicMs();
    for (const [name, kind] of this.#kinds) {
      if (kind.leftOut > 0) this.#options.onSum(name, kind.leftOut);
      kind.leftOut = 0;
    }
  }

  #kindOf(name: string): Kind {
    const known = this.#kinds.get(name);
    if (known !== undefined) return known;
    const kind = { bucket: createTokenBucket(), leftOut: 0 };
    this.#kinds.set(name, kind);
    return kind;
  }

  #take(bucket: TokenBucket, nowMs: number): boolean {
    return takeToken(bucket, this.#options.perKind, nowMs) === 0;
  }

  #takeOrigin(kind: string, origin: string, nowMs: number): boolean {
    if (origin === "") return true;
    const key = `${kind} ${origin}`;
    const bucket = this.#origins.get(key) ?? createTokenBucket();
    this.#origins.set(key, bucket);
    return takeToken(bucket, this.#options.perOrigin, nowMs) === 0;
  }
}
