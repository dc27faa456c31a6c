import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SERVICE_NAMES } from "../../src/services/service-registry.ts";
import { must, mustBe } from "../attack/must.ts";
import { Target } from "../attack/target.ts";
import { freePort } from "../running-purrimeter.ts";
import { makeActors } from "./actors.ts";
import { isSerious, type ToolReport } from "./finding.ts";
import { fuzzOperations } from "./fuzz-operations.ts";
import { listeningPorts } from "./listening-ports.ts";
import { mapSql, testSsl } from "./night-tools.ts";
import { scanTls, type ClientFiles, type TlsPort } from "./scan-tls.ts";
import { scanWeb } from "./scan-web.ts";

const HELP = `Usage: npm run dast -- [--only TOOL] [--runs N] [--seed N] [--night] [--deadline S]

Starts an installation of its own in a temporary folder and tests it over loopback: sslscan on every port, wapiti
with an owner's token, and requests of every operation of our OpenAPI document as every role. Needs sslscan and
wapiti; with --night also testssl.sh and sqlmap. Prints what each tool says; ends with 1 for a finding of medium
severity or higher.

  --only TOOL   sslscan, wapiti, fuzz, testssl or sqlmap
  --runs N      requests for each operation and role; 6 unless given, 30 at night
  --seed N      of the fuzz, to repeat it; the time unless given
  --night       testssl.sh and sqlmap as well, and ten installations for the fuzz
  --deadline S  seconds after which everything is ended; 600 unless given, 18000 at night
  --help        this text
`;

const flag = { type: "boolean", default: false } as const;
const { values } = parseArgs({
  options: {
    help: flag,
    night: flag,
    only: { type: "string" },
    runs: { type: "string" },
    seed: { type: "string" },
    deadline: { type: "string" },
  },
});
/** A round is over before an access token is, and its tokens with it. */
const NIGHT_ROUNDS = 10;
const runs = Number(values.runs ?? (values.night ? 30 : 6));
const seed = Number(values.seed ?? Date.now() % 2 ** 31);

/** What nobody but the victim and viewers may be shown. */
const NAMES = { tag: "Canary-Mimi-7f3a", geofence: "Canary-Garden-91c2", channel: "Canary-Phone-5d08" };
/** A domain that is nobody's (RFC 2606): its mail stays in the installation. */
const CHANNEL = { kind: "email", address: "canary-b71e@purrimeter.example" };
/** Far out in the sea, and found nowhere by chance. */
const CENTER = [-29.7531246, 1.3579246] as const;

const MANY = { burst: 1_000_000, perSecond: 1_000_000 };

/** Limits of rates are the attacks' matter: here they would hide what is behind them. */
const settings = (tls12: number, metrics: Readonly<Record<string, number>>): string =>
  JSON.stringify({
    api: { rates: { owner: MANY, address: MANY }, acceptsPerAddress: MANY, maxConnectionsPerAddress: 10_000 },
    bridge: { acceptsPerAddress: MANY, tls12: { port: tls12 } },
    metrics,
  });

/** TLS 1.3 alone, but on the port that is for boards of 1.2. Metrics have no TLS, and are on loopback only. */
function tlsPorts(target: Target, tls12: number): TlsPort[] {
  const metrics = Object.values(target.running.ready.metrics).map((url) => Number(new URL(url).port));
  const ports = listeningPorts(target.data).filter(({ port }) => !metrics.includes(port));
  must(ports.length >= 4, `only ${ports.length} ports listen`);
  return ports.map(({ service, port }) => ({
    service,
    port,
    versions: [port === tls12 ? "tls 1.2" : "tls 1.3"],
  }));
}

/** Gives the owner's things names that are looked for; their ids. */
async function plant(target: Target): Promise<string[]> {
  const token = target.owner.accessToken;
  mustBe((await target.send("PATCH", "/tags/mimi", { name: NAMES.tag }, { token })).status, [200], "a name");
  const shape = { type: "Circle", center: CENTER, radiusM: 75 };
  const body = { name: NAMES.geofence, tagIds: ["mimi"], shape };
  const made = await target.send("POST", "/geofences", body, { token });
  mustBe(made.status, [201], "a geofence");
  return ["mimi", (JSON.parse(made.text) as { id: string }).id, ...(await plantAlerts(target, token))];
}

/** A channel, a rule and an alert of the owner; their ids. */
async function plantAlerts(target: Target, token: string): Promise<string[]> {
  const ids: string[] = [];
  for (const [path, body, status] of [
    ["/alert-channels", { name: NAMES.channel, endpoint: CHANNEL }, 201],
    ["/alert-rules", { kind: "left", tags: ["mimi"], channels: ["mail"] }, 201],
    ["/alert-channels/mail/test", {}, 202],
  ] as const) {
    const made = await target.send("POST", path, body, { token });
    mustBe(made.status, [status], path);
    ids.push((JSON.parse(made.text) as { id: string }).id);
  }
  return ids;
}

/** Files of the tag's certificate and key, which end with the installation. */
function clientFiles({ folder, tags }: Target): ClientFiles {
  const files = { cert: join(folder, "tag.pem"), key: join(folder, "tag.key.pem") };
  for (const name of ["cert", "key"] as const)
    writeFileSync(files[name], tags[0]?.[name] ?? "", { mode: 0o600 });
  return files;
}

const READS = (ids: readonly string[]): string[] => [
  ...[
    "/v1/tags?limit=5",
    "/v1/geofences?limit=5",
    "/v1/shares?limit=5",
    "/v1/alerts?limit=5",
    "/v1/alert-rules",
    "/v1/alert-channels",
    "/v1/auth/account",
    "/v1/auth/sessions",
  ],
  `/v1/tags/${ids[0]}/locations?from=2026-01-01T00:00:00Z&limit=5&format=json`,
  ...[
    `/v1/tags/${ids[0]}/events?limit=5`,
    `/v1/geofences/${ids[1]}`,
    `/v1/alerts/${ids[4]}`,
    "/v1/found/ABCD1234",
    "/v1/problems/not-found",
  ],
];

async function logIn(target: Target): Promise<string> {
  const { email, password } = target.owner;
  const entered = await target.send("POST", "/auth/login", { email, password });
  mustBe(entered.status, [200], "login");
  return (JSON.parse(entered.text) as { accessToken: string }).accessToken;
}

type Tool = (target: Target) => Promise<ToolReport>;

function tools(tls12: number, ids: readonly string[], roundSeed: number): Record<string, Tool> {
  const token = ({ owner }: Target): string => owner.accessToken;
  const base = ({ api }: Target): string => `https://localhost:${api.port}`;
  const day: Record<string, Tool> = {
    sslscan: (target) => scanTls(tlsPorts(target, tls12), clientFiles(target)),
    wapiti: (target) => scanWeb(base(target), READS(ids), token(target)),
    fuzz: async (target) => {
      const canaries = [
        ...Object.values(NAMES),
        ...CENTER.map(String),
        CHANNEL.address,
        target.owner.email,
        target.owner.refreshToken,
      ];
      const actors = await makeActors(target, "mimi");
      return fuzzOperations(target, {
        actors,
        victimIds: ids,
        canaries,
        runs,
        seed: roundSeed,
        counts: new Map(),
      });
    },
  };
  const night: Record<string, Tool> = {
    testssl: (target) => testSsl(tlsPorts(target, tls12)),
    sqlmap: (target) =>
      mapSql(
        READS(ids).map((path) => base(target) + path),
        () => logIn(target),
      ),
  };
  return values.night || ["testssl", "sqlmap"].includes(values.only ?? "") ? { ...day, ...night } : day;
}

/** One fault may show in every operation. */
const MAX_LINES = 30;

function print(tool: string, { summary, findings }: ToolReport, seconds: number): void {
  const serious = findings.filter(isSerious);
  console.log(
    `${serious.length === 0 ? "ok  " : "FAIL"} ${tool}: ${summary}; ${findings.length} findings, ${serious.length} of medium or higher; ${seconds} s`,
  );
  for (const { severity, what } of findings.slice(0, MAX_LINES)) console.log(`     ${severity}: ${what}`);
  if (serious.length > 0) process.exitCode = 1;
}

async function round(target: Target, number: number): Promise<void> {
  const tls12 = await freePort();
  const metrics: Record<string, number> = {};
  for (const name of SERVICE_NAMES) metrics[name] = await freePort();
  await target.start(settings(tls12, metrics));
  const ids = await plant(target);
  const only = number === 0 ? values.only : "fuzz";
  for (const [name, tool] of Object.entries(tools(tls12, ids, seed + number))) {
    if (only !== undefined && only !== name) continue;
    const from = performance.now();
    print(name, await tool(target), Math.round((performance.now() - from) / 1_000));
  }
  await target.mustServe();
  await target.end();
}

function abandon(target: Target | undefined, why: string): void {
  console.log(`FAIL dast: ${why}`);
  target?.kill();
  process.exit(1);
}

async function main(): Promise<void> {
  let target: Target | undefined;
  const deadlineS = Number(values.deadline ?? (values.night ? 18_000 : 600));
  const timer = setTimeout(
    () => abandon(target, `not ended ${deadlineS} s after the start`),
    deadlineS * 1_000,
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => abandon(target, "interrupted"));
  try {
    for (let number = 0; number < (values.night ? NIGHT_ROUNDS : 1); number++) {
      target = new Target();
      await round(target, number);
    }
  } catch (error) {
    abandon(target, error instanceof Error ? error.message || (error.stack ?? "") : String(error));
  }
  clearTimeout(timer);
}

if (values.help) console.log(HELP);
else await main();
