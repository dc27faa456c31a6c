import type { LocalPlane } from "@purrimeter/simulator/local-plane";
import { VirtualClock } from "@purrimeter/simulator/virtual-clock";
import { CONNECT_S, countReport, noUsage, TAIL_S, type Usage } from "./energy-model.ts";
import type { SentFix } from "./heard.ts";
import { MeteredGnss } from "./metered-gnss.ts";
import { Senses, type Wearer } from "../fences/wearer.ts";

/** Trackers of this kind give up indoors after a minute (assumption). */
const SEARCH_LIMIT_S = 60;

/** With the list of satellites in hand a search under a roof ends as soon as ours. */
const DARK_LIMIT_S = 8;

/** One fix in our own encoding. */
const REPORT_BYTES = 30;

/** A tracker that looks at a fixed interval and sends every fix. */
export interface FixedPolicy {
  readonly intervalS: number;
  readonly radiusM: number;
  /** It looks only when its cat has moved since. */
  readonly sleeps: boolean;
  /** It ends a search as soon as no satellite is received. */
  readonly stopsInTheDark: boolean;
}

/** What it spent, and what its cloud got. */
export interface FixedSpent {
  readonly usage: Usage;
  readonly fixes: readonly SentFix[];
}

/** Runs such a tracker over the cat's time. */
export function spendFixed(wearer: Wearer, policy: FixedPolicy): FixedSpent {
  const usage = noUsage();
  const fixes: SentFix[] = [];
  const clock = new VirtualClock(wearer.startsAt);
  const search = new Search(wearer, clock, usage, policy);
  const senses = new Senses(wearer);
  const endMs = (wearer.endsAt - wearer.startsAt) * 1_000;
  for (let dueMs = 0; dueMs < endMs; dueMs += policy.intervalS * 1_000) {
    clock.nowMs = dueMs;
    const utcS = clock.trueUtcS();
    if (policy.sleeps && !senses.at(utcS).isMoving(utcS)) continue;
    const isOutside = search.run();
    if (isOutside === undefined) continue;
    const at = clock.trueUtcS();
    fixes.push({ at, heardAt: at + CONNECT_S, isOutside });
    // Its TLS session outlives power saving, which favours it; so every fix costs a connection and no handshake.
    usage.sessions++;
    usage.connectedS += CONNECT_S + TAIL_S;
    countReport(usage, REPORT_BYTES);
  }
  usage.fixes = fixes.length;
  return { usage, fixes };
}

class Search {
  readonly #gnss: MeteredGnss;
  readonly #clock: VirtualClock;
  readonly #policy: FixedPolicy;
  readonly #home: LocalPlane;

  constructor(wearer: Wearer, clock: VirtualClock, usage: Usage, policy: FixedPolicy) {
    this.#gnss = new MeteredGnss(wearer, clock, usage);
    this.#clock = clock;
    this.#policy = policy;
    this.#home = wearer.home;
  }

  /** Whether the fix lies outside; undefined when there was none. */
  run(): boolean | undefined {
    const startMs = this.#clock.nowMs;
    let limitMs = startMs + SEARCH_LIMIT_S * 1_000;
    let isOutside: boolean | undefined;
    this.#gnss.start();
    while (isOutside === undefined && this.#gnss.nextMs <= limitMs) {
      this.#clock.nowMs = this.#gnss.nextMs;
      const { bytes, length, hasSignal } = this.#gnss.run();
      const isDark = this.#policy.stopsInTheDark && !hasSignal;
      limitMs = startMs + (isDark ? DARK_LIMIT_S : SEARCH_LIMIT_S) * 1_000;
      isOutside = this.#sideOf(bytes, length);
    }
    if (isOutside === undefined) this.#clock.nowMs = Math.max(this.#clock.nowMs, limitMs);
    this.#gnss.stop();
    return isOutside;
  }

  /** RMC comes first in an epoch: "A" behind the time says that there is a fix. */
  #sideOf(bytes: Uint8Array, length: number): boolean | undefined {
    const fields = Buffer.from(bytes.subarray(0, length)).toString("latin1").split(",");
    if (fields[2] !== "A") return undefined;
    const lat = degreesOf(fields[3] ?? "", 2) * (fields[4] === "S" ? -1 : 1);
    const lon = degreesOf(fields[5] ?? "", 3) * (fields[6] === "W" ? -1 : 1);
    return this.#home.distanceM(lat, lon) > this.#policy.radiusM;
  }
}

/** Degrees, of which so many digits are whole, and minutes: 5012.3456. */
function degreesOf(text: string, digits: number): number {
  return Number(text.slice(0, digits)) + Number(text.slice(digits)) / 60;
}
