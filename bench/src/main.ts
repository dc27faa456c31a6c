import { parseArgs } from "node:util";

/** A benchmark gives its cases as plain lines; with --json each is printed as it is. */
type Bench = () => Promise<readonly object[]>;

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  codec: async () => (await import("./device/codec.ts")).benchCodec,
  geofence: async () => (await import("./device/geofence.ts")).benchGeofence,
  read: async () => (await import("./cloud/read.ts")).benchRead,
  ingest: async () => (await import("./cloud/ingest.ts")).benchIngest,
  dense: async () => (await import("./cloud/dense.ts")).benchDense,
  fences: async () => (await import("./fences/fences.ts")).benchFences,
  energy: async () => (await import("./energy/energy.ts")).benchEnergy,
};

const HELP = `Usage: npm run bench -- NAME [--json]

Measures, each case with its peer or its limit in the same run.
NAME is one of: ${Object.keys(BENCHES).join(", ")}

  --json   one JSON object a line, e.g. {"bench","case","ours","peer","unit","ratio"}; a ratio above 1 means that we are better
  --help   this text
`;

function shown(value: unknown): string {
  if (typeof value !== "number") return String(value);
  return Number.isInteger(value) ? value.toLocaleString("en") : value.toPrecision(4);
}

/** What --json prints of a case, where the table says more. */
const JSON_FIELDS: Readonly<Record<string, string[]>> = {
  energy: ["bench", "policy", "days", "gnssSecondsPerDay", "bytesPerDay"],
};

function print(lines: readonly object[], json: boolean, fields?: string[]): void {
  if (json) for (const line of lines) console.log(JSON.stringify(line, fields));
  else
    console.table(
      lines.map((line) =>
        Object.fromEntries(Object.entries(line).map(([key, value]) => [key, shown(value)])),
      ),
    );
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
});
const [name = ""] = positionals;
const load = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;

if (values.help || load === undefined) {
  const text = load === undefined && !values.help ? `There is no benchmark "${name}".\n\n${HELP}` : HELP;
  (values.help ? process.stdout : process.stderr).write(text);
  process.exitCode = values.help ? 0 : 2;
} else {
  const bench = await load();
  print(await bench(), values.json, JSON_FIELDS[name]);
}
