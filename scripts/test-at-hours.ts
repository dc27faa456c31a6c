// Runs the tests at hours and dates at which tests that depend on them would fail: `npm run test:night`. A part of a point's
// name chooses points, and vitest's own arguments after it choose tests: node scripts/test-at-hours.ts 2028-02-29 bridge/src
import { spawnSync } from "node:child_process";

/** All later than the firmware's build date: a tag believes no earlier time. UTC, and the zone of the machine. */
const POINTS = [
  ["2027-06-16T00:30:00Z", "UTC"],
  ["2027-06-16T01:30:00Z", "Pacific/Auckland"],
  ["2027-06-16T23:59:00Z", "America/Los_Angeles"],
  ["2028-02-29T00:30:00Z", "UTC"],
  ["2028-02-29T23:59:00Z", "Pacific/Auckland"],
  ["2027-12-31T01:30:00Z", "America/Los_Angeles"],
  ["2027-12-31T23:59:00Z", "UTC"],
  // A minute before the clocks change: spring and autumn in Europe, America and New Zealand.
  ["2027-03-28T00:59:00Z", "Europe/Berlin"],
  ["2027-10-31T00:59:00Z", "Europe/Berlin"],
  ["2027-03-14T09:59:00Z", "America/Los_Angeles"],
  ["2027-11-07T08:59:00Z", "America/Los_Angeles"],
  ["2027-04-03T13:59:00Z", "Pacific/Auckland"],
  ["2027-09-25T13:59:00Z", "Pacific/Auckland"],
] as const;

/**
 * Slow tests that work with times, certificates and days, in processes that share the faked time. The tests of cli/e2e are
 * not among them: `purrimeter start` gives its services a clean environment, so that these would have the real time.
 */
const SLOW = ["bridge/src/", "device/boards/", "device/drivers/", "store/src/testing/crash.slow"];

const RUNS = [
  ["--project", "fast"],
  ["--project", "slow", ...SLOW],
];

interface Run {
  readonly at: string;
  readonly zone: string;
  readonly args: readonly string[];
}

/** Every process of the run has the same offset from the real time, which goes on; the monotonic clock is the real one. */
function run({ at, zone, args }: Run): boolean {
  const offsetS = Math.round((Date.parse(at) - Date.now()) / 1_000);
  const fake = ["-m", "--exclude-monotonic", "-f", `${offsetS < 0 ? "" : "+"}${offsetS}`];
  const env = { ...process.env, TZ: zone };
  const { status } = spawnSync("faketime", [...fake, "npx", "vitest", "run", ...args], {
    stdio: "inherit",
    env,
  });
  return status === 0;
}

if (spawnSync("faketime", ["--version"]).error !== undefined) {
  console.error("faketime is not installed. On Debian and Ubuntu: apt-get install faketime");
  process.exit(1);
}
const [wanted = "", ...args] = process.argv.slice(2);
const points = POINTS.filter(([at]) => at.includes(wanted));
if (points.length === 0) {
  console.error(`No point of time contains "${wanted}". There are: ${POINTS.map(([at]) => at).join(", ")}`);
  process.exit(2);
}
const failed: string[] = [];
for (const [at, zone] of points)
  for (const each of args.length > 0 ? [args] : RUNS) {
    const name = `${at} TZ=${zone} ${each.join(" ")}`;
    console.log(`\n== ${name}`);
    if (!run({ at, zone, args: each })) failed.push(name);
  }
for (const name of failed) console.error(`failed: ${name}`);
process.exitCode = failed.length === 0 ? 0 : 1;
