import { LocalPlane } from "../tracks/local-plane.ts";
import { cleanTrack, homeOf, type Track } from "../tracks/track.ts";

/** One named figure of a set of tracks. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** The value below which the given share of the sorted values lies. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

interface Measured {
  readonly at: readonly number[];
  readonly distanceM: readonly number[];
  readonly stepM: readonly number[];
}

function measure(track: Track): Measured {
  const clean = cleanTrack(track);
  const home = homeOf(clean);
  const plane = new LocalPlane(home.latDegrees, home.lonDegrees);
  const eastM = Array.from(clean.lon, (lon) => plane.eastM(lon));
  const northM = Array.from(clean.lat, (lat) => plane.northM(lat));
  const distanceM = eastM.map((east, i) => Math.hypot(east, northM[i]!));
  const stepM = eastM.map((east, i) =>
    i === 0 ? 0 : Math.hypot(east - eastM[i - 1]!, northM[i]! - northM[i - 1]!),
  );
  return { at: [...clean.at], distanceM, stepM };
}

/** Runs of fixes beyond a distance; runs less than 10 min apart count as one. */
function outings({ at, distanceM }: Measured, beyondM: number): number {
  let count = 0;
  let lastOut = -Infinity;
  for (const [i, distance] of distanceM.entries()) {
    if (distance <= beyondM) continue;
    if (i === 0 || distanceM[i - 1]! <= beyondM) count += at[i]! - lastOut > 600 ? 1 : 0;
    lastOut = at[i]!;
  }
  return count;
}

function days({ at }: Measured): number {
  return (at.at(-1)! - at[0]!) / 86_400;
}

/** Time between fixes at most 15 min apart. */
function coveredDays({ at }: Measured): number {
  return at.reduce((sum, t, i) => sum + (i > 0 && t - at[i - 1]! <= 900 ? t - at[i - 1]! : 0), 0) / 86_400;
}

function speeds({ at, stepM }: Measured): number[] {
  const near = at.map((t, i) => (i > 0 ? t - at[i - 1]! : 0));
  return near.flatMap((seconds, i) => (seconds >= 60 && seconds <= 240 ? [stepM[i]! / seconds] : []));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const SHARES = [0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];
const percent = (share: number): string => `p${Math.round(share * 100)}`;

/** The figures of the recorded cats' STATS for any set of tracks: distances are from each cat's median point. */
export function trackFigures(tracks: readonly Track[]): Figure[] {
  const measured = tracks.map(measure).filter(({ at }) => at.length > 1);
  const distances = ascending(measured.flatMap(({ distanceM }) => distanceM));
  const medians = ascending(measured.map(({ distanceM }) => quantile(ascending(distanceM), 0.5)));
  const p95s = ascending(measured.map(({ distanceM }) => quantile(ascending(distanceM), 0.95)));
  const allSpeeds = ascending(measured.flatMap(speeds));
  const catDays = sum(measured.map(days));
  const covered = sum(measured.map(coveredDays));
  const within = (m: number): number =>
    (distances.filter((distance) => distance <= m).length / distances.length) * 100;
  const beyond = (m: number): number => sum(measured.map((one) => outings(one, m)));
  return [
    { name: "fixes per cat-day", value: distances.length / catDays, unit: "" },
    { name: "covered share of the time", value: (covered / catDays) * 100, unit: "%" },
    ...SHARES.map((q) => ({
      name: `distance from home, ${percent(q)}`,
      value: quantile(distances, q),
      unit: "m",
    })),
    ...[25, 50, 75, 100, 200, 300, 500].map((m) => ({
      name: `fixes within ${m} m`,
      value: within(m),
      unit: "%",
    })),
    ...SHARES.map((q) => ({
      name: `median of a cat, ${percent(q)} of cats`,
      value: quantile(medians, q),
      unit: "m",
    })),
    ...SHARES.map((q) => ({
      name: `p95 of a cat, ${percent(q)} of cats`,
      value: quantile(p95s, q),
      unit: "m",
    })),
    ...[100, 200, 300, 500].map((m) => ({
      name: `outings beyond ${m} m, per cat-day`,
      value: beyond(m) / catDays,
      unit: "",
    })),
    ...[100, 200, 300].map((m) => ({
      name: `outings beyond ${m} m, per covered day`,
      value: beyond(m) / covered,
      unit: "",
    })),
    ...[0.5, 0.9, 0.99].map((q) => ({
      name: `speed, ${percent(q)}`,
      value: quantile(allSpeeds, q),
      unit: "m/s",
    })),
  ];
}
