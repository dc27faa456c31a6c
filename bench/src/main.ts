import { parseArgs } from "node:util";

/** What the command line asks of a benchmark; each takes what it knows. */
interface Asked {
  readonly isQuick: boolean;
  readonly half: "tuning" | "reporting";
  readonly world: string;
}

/** A benchmark gives its cases as plain lines; with --json each is printed as it is, as soon as it is there. */
type Bench = (asked: Asked) => AsyncIterable<object> | Promise<readonly object[]>;

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  codec: async () => (await import("./device/codec.ts")).benchCodec,
  geofence: async () => (await import("./device/geofence.ts")).benchGeofence,
  tracks: async () => (await import("./device/tracks.ts")).benchTracks,
  read: async () => (await import("./cloud/read.ts")).benchRead,
  ingest: async () => (await import("./cloud/ingest.ts")).benchIngest,
  live: async () => (await import("./cloud/live.ts")).benchLive,
  alerts: async () => (await import("./cloud/alerts.ts")).benchAlerts,
  stops: async () => (await import("./cloud/stops.ts")).benchStops,
  audit: async () => (await import("./cloud/audit.ts")).benchAudit,
  dense: async () => (await import("./cloud/dense.ts")).benchDense,
  fences: async () => (await import("./fences/fences.ts")).benchFences,
  energy: async () => (await import("./energy/energy.ts")).benchEnergy,
};

const HELP = `Usage: npm run bench -- NAME [--json] [--quick] [--tuning] [--world NAME]

Measures, each case with its peer or its limit in the same run.
NAME is one of: ${Object.keys(BENCHES).join(", ")}

  --json        one JSON object a line, with all figures:
                  fences  {"bench","world","case","rule","pace","radiusM","intervalS","catDays","falseAlarmsPerCatDay","silentExits",
                          "exits","missed","delayMedianS","delayP95S",...}; a delay that does not exist is null
                  energy  {"bench","policy","decision","days","daysP10","daysP90","heardMedianS","heardP95S","neverTold","outings",...};
                          the policies of our tag begin with "ours"
                  alerts  {"bench","case","p50Ms","p99Ms","perSecond","limitMs","ratio","alerts","missing","cpuMsPerAlert"}
                  live    {"bench","case","p50Ms","p99Ms","limitMs","ratio","cpuMicrosPerEvent","events",...}
                  others  {"bench","case","ours","peer","unit","ratio",...}; a ratio above 1 means that we are better
  --quick       fences and energy: a few cats, in a minute
  --tuning      fences and energy: the half of the cats and seeds that parameters may be chosen on, not the other
  --world NAME  fences: only the worlds whose names begin so: recorded, invented, small-, start-, carried-, beyond, biased, next-door
  --help        this text
`;

function shown(value: unknown): string {
  if (value === null) return "-";
  if (typeof value !== "number") return typeof value === "string" ? value : JSON.stringify(value);
  return Number.isInteger(value) ? value.toLocaleString("en") : value.toPrecision(4);
}

/** The columns of the table, where --json says more than fits a line. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  fences:
    "world case rule pace radiusM intervalS falseAlarmsPerCatDay silentExits exits missed delayMedianS delayP95S fixesP95".split(
      " ",
    ),
  energy:
    "policy decision days daysP10 daysP50 daysP90 heardMedianS heardP95S neverTold silent alreadyOutside outings timesNaive timesTwoInARow".split(
      " ",
    ),
};

function table(name: string, lines: readonly object[]): void {
  const columns = COLUMNS[name];
  const rows = lines.map((line) => {
    const cells = Object.entries(line).filter(([key]) => columns?.includes(key) ?? true);
    return Object.fromEntries(cells.map(([key, value]) => [key, shown(value)]));
  });
  console.table(rows);
}

/** Runs it; how many lines there were. */
async function run(bench: Bench, asked: Asked, isJson: boolean): Promise<number> {
  const lines: object[] = [];
  let count = 0;
  for await (const line of await bench(asked)) {
    count++;
    if (isJson) console.log(JSON.stringify(line));
    else lines.push(line);
  }
  if (!isJson && count > 0) table(name, lines);
  return count;
}

const ARGS = {
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    tuning: { type: "boolean", default: false },
    world: { type: "string", default: "" },
    help: { type: "boolean", default: false },
  },
} as const;

/** The command line, or what is wrong with it. */
function parsed(): ReturnType<typeof parseArgs<typeof ARGS>> | string {
  try {
    return parseArgs(ARGS);
  } catch (error) {
    if (error instanceof TypeError && "code" in error) return error.message;
    throw error;
  }
}

function refuse(problem: string): void {
  process.stderr.write(`${problem}\n\n${HELP}`);
  process.exitCode = 2;
}

const args = parsed();
const [name = "", ...more] = typeof args === "string" ? [] : args.positionals;
const load = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;

if (typeof args === "string") refuse(args);
else if (args.values.help) process.stdout.write(HELP);
else if (load === undefined || more.length > 0)
  refuse(more.length > 0 ? "One benchmark at a time." : `There is no benchmark "${name}".`);
else if (args.values.world !== "" && name !== "fences") refuse("--world is for fences.");
else {
  const { quick, tuning, world, json } = args.values;
  const half = tuning ? "tuning" : "reporting";
  const count = await run(await load(), { isQuick: quick, half, world }, json);
  if (count === 0)
    refuse(`There is nothing to measure: no world of which there are cats begins with "${world}".`);
}
