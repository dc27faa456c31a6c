import { Firmware } from "@purrimeter/device/firmware";
import { RamFlash } from "@purrimeter/device/ram-flash";
import type { Detection, Settings } from "@purrimeter/protocol/messages";
import { asTagId, type GeofenceRef, type LatE7, type LonE7, type TagId } from "@purrimeter/protocol/values";
import { Random, seedOf } from "@purrimeter/simulator/random";
import { VirtualClock } from "@purrimeter/simulator/virtual-clock";
import { countListening, noUsage, type Usage } from "./energy-model.ts";
import type { Told } from "./heard.ts";
import { MeteredGnss } from "./metered-gnss.ts";
import { MeteredUplink } from "./metered-uplink.ts";
import { Senses, type Wearer } from "../fences/wearer.ts";

/** What a tag spent, and what its cloud heard. */
export interface Spent {
  readonly usage: Usage;
  readonly told: readonly Told[];
}

/** How the firmware is run. */
export interface TagPolicy {
  readonly fixIntervalS: number;
  readonly reportIntervalS: number;
  readonly radiusM: number;
  readonly hasBeacon: boolean;
  readonly detection?: Detection;
}

const TAG = asTagId("measured") as TagId;
const MOTION_MS = 30_000;
const IDLE_TIMEOUT_MS = 3_000;
const BUILT_BEFORE_S = 86_400;

function settingsOf(wearer: Wearer, policy: TagPolicy): Settings {
  const latE7 = Math.round(wearer.home.latDegreesAt(0) * 1e7) as LatE7;
  const lonE7 = Math.round(wearer.home.lonDegreesAt(0) * 1e7) as LonE7;
  const zone = {
    kind: "circle" as const,
    ref: 0 as GeofenceRef,
    latE7,
    lonE7,
    radiusCm: policy.radiusM * 100,
  };
  const { fixIntervalS, reportIntervalS, detection = "usual" } = policy;
  return { version: 1, fixIntervalS, reportIntervalS, detection, geofences: [zone] };
}

/** The firmware as it is, on virtual time, with meters. */
export function spendOurs(wearer: Wearer, policy: TagPolicy): Spent {
  const usage = noUsage();
  const clock = new VirtualClock(wearer.startsAt);
  const senses = new Senses(wearer);
  const gnss = new MeteredGnss(wearer, clock, usage);
  const uplink = new MeteredUplink(TAG, settingsOf(wearer, policy), clock, usage);
  const calls = new Random(seedOf(wearer.seed, 3));
  const hears: (() => void)[] = [];
  const listen = (): void => {
    const isNear = senses.at(clock.trueUtcS()).hearsHome;
    if (countListening(usage, isNear, calls)) hears.push(() => firmware.beaconDetected());
  };
  const nothing = (): void => undefined;
  const parts = { flash: new RamFlash(4_096, 64), clock, gnss, uplink };
  const board = { indicator: { buzz: nothing, light: nothing }, battery: { percent: () => 90 } };
  const ports = { ...parts, ...board, ...(policy.hasBeacon ? { beacon: { listen } } : {}) };
  const builtAtS = wearer.startsAt - BUILT_BEFORE_S;
  const firmware = new Firmware(ports, {
    tag: TAG,
    firmware: "measured",
    seed: wearer.seed,
    builtAtS,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
  });
  uplink.firmware = firmware;
  firmware.start();
  const endMs = (wearer.endsAt - wearer.startsAt) * 1_000;
  let motionMs = 0;
  for (;;) {
    const nextMs = Math.min(firmware.nextWakeMs(), gnss.nextMs, uplink.nextMs, motionMs);
    if (nextMs >= endMs) break;
    clock.nowMs = Math.max(clock.nowMs, nextMs);
    if (motionMs <= clock.nowMs) {
      motionMs += MOTION_MS;
      const utcS = clock.trueUtcS();
      if (senses.at(utcS).isMoving(utcS)) firmware.moved();
    }
    if (gnss.nextMs <= clock.nowMs) {
      const { bytes, length } = gnss.run();
      firmware.gnssBytes(bytes, length);
    }
    if (uplink.nextMs <= clock.nowMs) uplink.run();
    if (firmware.nextWakeMs() <= clock.nowMs) firmware.wake();
    for (const hear of hears.splice(0)) hear();
  }
  gnss.stop();
  usage.fixes = firmware.stats.fixes;
  return { usage, told: uplink.told() };
}
