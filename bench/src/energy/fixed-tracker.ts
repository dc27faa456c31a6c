import { VirtualClock } from "@purrimeter/simulator/virtual-clock";
import type { Spent } from "./energy-tag.ts";
import { CONNECT_S, countReport, noUsage, TAIL_S } from "./energy-model.ts";
import { MeteredGnss } from "./metered-gnss.ts";
import { Senses, type Wearer } from "../fences/wearer.ts";

/** Trackers of this kind give up indoors after a minute (assumption). */
const SEARCH_LIMIT_S = 60;

/** One fix in our own encoding. */
const REPORT_BYTES = 30;

/** A tracker that looks at a fixed interval and sends every fix; `sleeps`: only when its cat has moved since. */
export function spendFixed(wearer: Wearer, intervalS: number, sleeps: boolean): Spent {
  const usage = noUsage();
  const fixesAt: number[] = [];
  const clock = new VirtualClock(wearer.startsAt);
  const gnss = new MeteredGnss(wearer, clock, usage);
  const senses = new Senses(wearer);
  const endMs = (wearer.endsAt - wearer.startsAt) * 1_000;
  for (let dueMs = 0; dueMs < endMs; dueMs += intervalS * 1_000) {
    clock.nowMs = dueMs;
    const utcS = clock.trueUtcS();
    if (sleeps && !senses.at(utcS).isMoving(utcS)) continue;
    if (!searchUntilFix(gnss, clock)) continue;
    fixesAt.push(clock.trueUtcS());
    // Its TLS session outlives power saving, which favours it; so every fix costs a connection and no handshake.
    usage.sessions++;
    usage.connectedS += CONNECT_S + TAIL_S;
    countReport(usage, REPORT_BYTES);
  }
  usage.fixes = fixesAt.length;
  return { usage, fixesAt };
}

function searchUntilFix(gnss: MeteredGnss, clock: VirtualClock): boolean {
  const limitMs = clock.nowMs + SEARCH_LIMIT_S * 1_000;
  gnss.start();
  let hasFix = false;
  while (!hasFix && gnss.nextMs <= limitMs) {
    clock.nowMs = gnss.nextMs;
    const { bytes, length } = gnss.run();
    hasFix = saysFix(bytes, length);
  }
  if (!hasFix) clock.nowMs = limitMs;
  gnss.stop();
  return hasFix;
}

/** RMC comes first in an epoch: "A" behind the time says that there is a fix. */
function saysFix(bytes: Uint8Array, length: number): boolean {
  return Buffer.from(bytes.subarray(0, length)).toString("latin1").split(",")[2] === "A";
}
