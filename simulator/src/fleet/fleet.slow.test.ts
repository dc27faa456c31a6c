import { describe, expect, it } from "vitest";
import { runFleet, type FleetOptions } from "./fleet.ts";
import { InProcessCloud } from "./in-process-cloud.ts";
import { planFleet } from "./plan-fleet.ts";
import type { SimulatedTagOptions } from "./simulated-tag.ts";
import { TrackBuilder } from "../tracks/track.ts";

const NOW = 1_800_000_000;

/** A fleet whose peers answer within this process. */
function fleetOf(plan: Parameters<typeof planFleet>[0], change: (cloud: InProcessCloud) => void = () => {}) {
  const clouds: InProcessCloud[] = [];
  const tags: SimulatedTagOptions[] = planFleet(plan).map((planned) => ({
    ...planned,
    makeUplink: (tag, listener) => {
      const cloud: InProcessCloud = new InProcessCloud(tag, listener, undefined, () => {
        setImmediate(() => cloud.deliver());
      });
      change(cloud);
      clouds.push(cloud);
      return cloud;
    },
  }));
  return { tags, clouds };
}

/** `haste` 1,000: real time runs a thousand times as fast, so that deadlines in real time come within a test. */
const realTime = (haste = 1): Omit<FleetOptions, "tags"> => {
  const startedMs = performance.now();
  const monotonicMs = (): number => (performance.now() - startedMs) * haste;
  return {
    speed: Infinity,
    endsAt: NOW,
    keepsLiving: false,
    monotonicMs,
    utcMs: () => NOW * 1000 + monotonicMs(),
    after: (milliseconds, callback) => setTimeout(callback, milliseconds / haste),
    startsPerSecond: 1_000,
  };
};

function storedIn(clouds: readonly InProcessCloud[]): number {
  return clouds.reduce((sum, cloud) => sum + cloud.stored.size, 0);
}

describe("runFleet", () => {
  it("lives a day of three cats and has every entry acknowledged", async () => {
    const { tags, clouds } = fleetOf({ tags: 3, seed: 1, endsAt: NOW });
    const { outcome, summary } = await runFleet({ ...realTime(), tags });
    expect(outcome).toBe("complete");
    expect(summary).toMatchObject({ tags: 3, resent: 0 });
    expect(summary.fixes).toBeGreaterThan(100);
    expect(summary.acknowledged).toBe(summary.entries);
    expect(storedIn(clouds)).toBe(summary.entries);
    expect(clouds.every((cloud) => cloud.malformed === 0)).toBe(true);
    const last = clouds.flatMap((cloud) => [...cloud.stored.values()].map(({ entry }) => entry.at));
    expect(Math.max(...last)).toBeLessThanOrEqual(NOW + 1);
  });

  it("gives the same entries for the same seed", async () => {
    const run = async (): Promise<unknown> => {
      const { tags, clouds } = fleetOf({ tags: 2, seed: 4, endsAt: NOW, durationS: 20_000 });
      await runFleet({ ...realTime(), tags });
      return clouds.map((cloud) =>
        [...cloud.stored].filter(([, { entry }]) => entry.kind === "fix").slice(0, 20),
      );
    };
    expect(await run()).toEqual(await run());
  });

  it("loses nothing and stores nothing twice when reports and acknowledgements are lost", async () => {
    const { tags, clouds } = fleetOf({ tags: 2, seed: 2, endsAt: NOW, durationS: 30_000 }, (cloud) => {
      cloud.loses = (report) =>
        report % 4 === 1 ? "report" : report % 4 === 3 ? "acknowledgement" : undefined;
    });
    const { outcome, summary } = await runFleet({ ...realTime(1_000), giveUpAfterMs: 7_200_000, tags });
    expect(outcome).toBe("complete");
    expect(summary.resent).toBeGreaterThan(0);
    expect(summary.acknowledged).toBe(summary.entries);
    expect(storedIn(clouds)).toBe(summary.entries);
  });

  it("goes on after sessions fell", async () => {
    const { tags, clouds } = fleetOf({ tags: 2, seed: 3, endsAt: NOW, durationS: 30_000 }, (cloud) => {
      cloud.loses = (report) => {
        if (report % 5 !== 0) return undefined;
        setImmediate(() => cloud.drop());
        return "acknowledgement";
      };
    });
    const { outcome, summary } = await runFleet({ ...realTime(1_000), giveUpAfterMs: 7_200_000, tags });
    expect(outcome).toBe("complete");
    expect(summary.resent).toBeGreaterThan(0);
    expect(storedIn(clouds)).toBe(summary.entries);
  });

  it("wears recorded tracks, more tags than tracks too, away from their real places", async () => {
    const builder = new TrackBuilder("Lady T-Tag");
    for (let i = 0; i < 200; i++)
      builder.add(1_500_000_000 + i * 120, 50.1 + Math.sin(i) / 5_000, -5.1, NaN, false);
    const { tags, clouds } = fleetOf({ tags: 3, tracks: [builder.track()], seed: 1, endsAt: NOW });
    const { summary } = await runFleet({ ...realTime(), tags });
    expect(tags.map(({ tag }) => tag)).toEqual(["Lady_T-Tag", "Lady_T-Tag-2", "Lady_T-Tag-3"]);
    expect(summary.fixes).toBeGreaterThan(300);
    const entries = clouds.flatMap((cloud) => [...cloud.stored.values()].map(({ entry }) => entry));
    const fixes = entries.filter((entry) => entry.kind === "fix");
    expect(Math.min(...fixes.map(({ latE7 }) => latE7))).toBeGreaterThan(59e7);
    expect(Math.max(...fixes.map(({ at }) => at))).toBeGreaterThan(NOW - 200);
  });

  it("has nothing to do when every fix of every track is an outlier", async () => {
    const builder = new TrackBuilder("x");
    builder.add(1_500_000_000, 50, 7, NaN, true);
    const { tags } = fleetOf({ tags: 3, tracks: [builder.track()], seed: 1, endsAt: NOW });
    const { outcome, summary } = await runFleet({ ...realTime(), tags });
    expect({ outcome, tags: summary.tags }).toEqual({ outcome: "complete", tags: 0 });
  });

  it("stops when it is told to, with what it did so far", async () => {
    const abort = new AbortController();
    const { tags } = fleetOf({ tags: 2, seed: 1, endsAt: NOW });
    const onProgress = (): void => abort.abort();
    const { outcome, summary } = await runFleet({
      ...realTime(),
      speed: 1,
      tags,
      signal: abort.signal,
      onProgress,
    });
    expect(outcome).toBe("stopped");
    expect(summary.tags).toBe(2);
  });

  it("gives up when nobody ever answers", async () => {
    const { tags } = fleetOf({ tags: 1, seed: 1, endsAt: NOW, durationS: 600 }, (cloud) => {
      cloud.loses = () => "report";
    });
    const { outcome, summary } = await runFleet({ ...realTime(1_000), tags, giveUpAfterMs: 300_000 });
    expect(outcome).toBe("stalled");
    expect(summary.acknowledged).toBeLessThan(summary.entries);
  });

  it("goes on living in real time once it has caught up", async () => {
    const abort = new AbortController();
    const { tags, clouds } = fleetOf({ tags: 2, seed: 1, endsAt: NOW, durationS: 3_600 });
    const latest = (): number =>
      Math.max(...clouds.flatMap((cloud) => [...cloud.stored.values()].map(({ entry }) => entry.at)));
    const time = realTime(2_000);
    const onProgress = (): void => {
      if (latest() > NOW + 300 || time.monotonicMs() > 36_000_000) abort.abort();
    };
    const { outcome } = await runFleet({
      ...time,
      keepsLiving: true,
      tags,
      signal: abort.signal,
      onProgress,
    });
    expect(outcome).toBe("stopped");
    expect(latest()).toBeGreaterThan(NOW + 300);
    expect(latest()).toBeLessThanOrEqual(time.utcMs() / 1000);
  });
});
