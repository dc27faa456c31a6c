import type { Gnss } from "@purrimeter/device/ports";
import { Random, seedOf } from "@purrimeter/simulator/random";
import { SimulatedGnss } from "@purrimeter/simulator/simulated-gnss";
import type { VirtualClock } from "@purrimeter/simulator/virtual-clock";
import type { Usage } from "./energy-model.ts";
import { Senses, type Wearer } from "../fences/wearer.ts";

/** Share of the hours under a roof in which a satellite is heard all the same, and no position found (assumption). */
const THIN_ROOFS = 0.3;
const HOUR_S = 3_600;

/** A search sooner after the one before was asked for by a doubt. */
const LOOK_MS = 45_000;

const HEARD = Buffer.from("$GPGSV,1,1,01,07,50,120,33*49\r\n");
const UNHEARD = Buffer.from("$GPGSV,1,1,01,07,50,120,*49\r\n");

/** The simulator's receiver, listing satellites too, with a meter on its supply. */
export class MeteredGnss implements Gnss {
  private readonly receiver: SimulatedGnss;
  private readonly clock: VirtualClock;
  private readonly usage: Usage;
  private readonly wearer: Wearer;
  private readonly senses: Senses;
  private onSinceMs = Infinity;
  private lastOnMs = -Infinity;

  constructor(wearer: Wearer, clock: VirtualClock, usage: Usage) {
    const random = new Random(seedOf(wearer.seed, 2));
    this.receiver = new SimulatedGnss(clock, wearer.newLife(), wearer.receiver, random);
    this.wearer = wearer;
    this.senses = new Senses(wearer);
    this.clock = clock;
    this.usage = usage;
  }

  get nextMs(): number {
    return this.receiver.nextMs;
  }

  start(): void {
    if (this.onSinceMs === Infinity) this.onSinceMs = this.clock.nowMs;
    this.receiver.start();
  }

  stop(): void {
    if (this.onSinceMs !== Infinity) this.count((this.clock.nowMs - this.onSinceMs) / 1_000);
    this.onSinceMs = Infinity;
    this.receiver.stop();
  }

  /** The next sentences, and whether they list a satellite that is received. */
  run(): { readonly bytes: Uint8Array; readonly length: number; readonly hasSignal: boolean } {
    const { bytes, length } = this.receiver.run();
    const hasSignal = this.hasSignal(this.clock.trueUtcS());
    const all = Buffer.concat([bytes.subarray(0, length), hasSignal ? HEARD : UNHEARD]);
    return { bytes: all, length: all.length, hasSignal };
  }

  private count(seconds: number): void {
    const { usage } = this;
    const utcS = this.clock.trueUtcS();
    usage.gnssS += seconds;
    if (!this.hasSignal(utcS)) usage.darkS += seconds;
    else if (this.senses.truth.sky === "none") usage.thinS += seconds;
    else if (this.onSinceMs - this.lastOnMs < LOOK_MS) usage.looksS += seconds;
    this.lastOnMs = this.onSinceMs;
  }

  private hasSignal(utcS: number): boolean {
    if (this.senses.at(utcS).truth.sky !== "none") return true;
    return new Random(seedOf(this.wearer.seed, Math.floor(utcS / HOUR_S) + 1)).chance(THIN_ROOFS);
  }
}
