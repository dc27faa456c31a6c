import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemTime } from "@purrimeter/service/system-time";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import type { Time } from "@purrimeter/service/time";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runningProcess } from "../data-folder/process-identity.ts";
import { isFailure } from "../terminal/failure.ts";
import type { ReadyService, ServiceSpec } from "./service-process.ts";
import { Supervisor, type SupervisorLimits } from "./supervisor.ts";

const DEADLINE_MS = 30_000;
let folder: string;
let supervisor: Supervisor;
let lines: string[];
let restarts: string[];
let hung: string[];
let givenUp: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-supervisor-"));
  lines = [];
  restarts = [];
  hung = [];
  givenUp = [];
});

afterEach(async () => {
  await supervisor.stop();
  rmSync(folder, { recursive: true });
});

function supervise(limits: Partial<SupervisorLimits> = {}, time: Time = systemTime): Supervisor {
  supervisor = new Supervisor({
    writeLine: (service, line) => void lines.push(`${service}: ${line}`),
    time,
    onRestart: (service) => void restarts.push(service),
    onHung: (service) => void hung.push(service),
    onGiveUp: (service) => void givenUp.push(service),
    limits: { backOff: { firstMs: 10, longestMs: 50 }, graceMs: DEADLINE_MS, restarts: 3, ...limits },
  });
  return supervisor;
}

/** A service of a few lines; `port` is what its configuration says, `ready` tells the supervisor. */
function service(name: string, body: string, port = 0): ServiceSpec {
  const main = join(folder, `${name}.mjs`);
  const preamble = `
    import { readFileSync, existsSync, writeFileSync } from "node:fs";
    import { createServer } from "node:net";
    const { port } = JSON.parse(readFileSync(process.argv[3], "utf8"));
    const ready = (port) => process.send({ type: "ready", port });
    const listen = () => new Promise((resolve) => {
      const server = createServer();
      server.once("error", (e) => { console.error("${name}: port " + port + " is in use"); process.exit(1); });
      server.listen(port, "127.0.0.1", () => resolve(server));
    });`;
  writeFileSync(main, `${preamble}\n${body}`);
  const configure = ({ port: wanted }: ReadyService): string => {
    const path = join(folder, `${name}.json`);
    writeFileSync(path, JSON.stringify({ port: wanted }));
    return path;
  };
  return { name, main, credentials: join(folder, "secrets", name), port, configure };
}

const SERVER = `
  const server = await listen();
  process.on("SIGTERM", () => { console.log("stopped"); server.close(); });
  ready(server.address().port);`;

async function started(spec: ServiceSpec): Promise<number> {
  const outcome = await supervisor.start(spec);
  if (isFailure(outcome)) throw new Error(outcome.failure);
  return outcome.port;
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`still waiting; lines: ${lines.join(" | ")}`);
    await sleep(10);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("a service gets its own secrets' folder and nothing of this process's environment", async () => {
  process.env["A_SECRET_OF_OURS"] = "canary";
  await supervise().start(service("bridge", `console.log(JSON.stringify(process.env)); ${SERVER}`));
  delete process.env["A_SECRET_OF_OURS"];
  await until(() => lines.length > 0);
  const environment = JSON.parse((lines[0] ?? "").replace("bridge: ", "")) as Record<string, string>;
  const known = [
    "CREDENTIALS_DIRECTORY",
    "NODE_CHANNEL_FD",
    "NODE_CHANNEL_SERIALIZATION_MODE",
    "TZ",
    "MALLOC_ARENA_MAX",
  ];
  expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
  expect(environment["CREDENTIALS_DIRECTORY"]).toBe(join(folder, "secrets", "bridge"));
});

test("a service that dies runs again on the same port", async () => {
  supervise();
  const port = await started(service("bridge", SERVER));
  const first = supervisor.pid("bridge") ?? 0;
  process.kill(first, "SIGKILL");
  await until(() => restarts.length === 1);
  expect(supervisor.pid("bridge")).not.toBe(first);
  expect(JSON.parse(readFileSync(join(folder, "bridge.json"), "utf8"))).toEqual({ port });
});

test("a service that is ready has its process id in a file, for as long as it runs", async () => {
  const pidFile = join(folder, "bridge.pid");
  supervise({ backOff: { firstMs: 60_000, longestMs: 60_000 } });
  const begun = `console.log(existsSync(${JSON.stringify(pidFile)})); ${SERVER}`;
  await started({ ...service("bridge", begun), pidFile });
  expect(lines).toEqual(["bridge: false"]);
  const pid = supervisor.pid("bridge") ?? 0;
  expect(runningProcess(readFileSync(pidFile, "utf8").trim())).toBe(pid);
  process.kill(pid, "SIGKILL");
  await until(() => !existsSync(pidFile));
});

test("a service that is killed again and again is started again every time", async () => {
  supervise();
  await started(service("bridge", SERVER));
  for (let kills = 1; kills <= 6; kills++) {
    process.kill(supervisor.pid("bridge") ?? 0, "SIGKILL");
    await until(() => restarts.length === kills);
  }
});

test("a service that keeps dying at its start is given up, with its own words", async () => {
  const once = `if (existsSync("${join(folder, "ran")}")) { console.error("bridge: the database key is wrong"); process.exit(1); }
    writeFileSync("${join(folder, "ran")}", ""); ${SERVER}`;
  supervise();
  await started(service("bridge", once));
  process.kill(supervisor.pid("bridge") ?? 0, "SIGKILL");
  const { failure } = await supervisor.gaveUp;
  expect(failure).toBe("bridge: the database key is wrong (given up after 3 restarts)");
  expect(lines).toHaveLength(3);
});

test("a service that is given up does not end the others, and is tried again", async () => {
  const broken = join(folder, "broken");
  const flaky = `if (existsSync(${JSON.stringify(broken)})) { console.error("auth: wrong key"); process.exit(1); } ${SERVER}`;
  supervise({ giveUpBackOff: { firstMs: 20, longestMs: 50 } });
  await started(service("bridge", SERVER));
  const port = await started(service("auth", flaky));
  const bridge = supervisor.pid("bridge");
  writeFileSync(broken, "");
  process.kill(supervisor.pid("auth") ?? 0, "SIGKILL");
  await supervisor.gaveUp;
  expect(givenUp).toEqual(["auth"]);
  expect(supervisor.broken).toEqual([{ failure: "auth: wrong key (given up after 3 restarts)" }]);
  expect(supervisor.pid("bridge")).toBe(bridge);
  rmSync(broken);
  await until(() => restarts.includes("auth"));
  expect(supervisor.broken).toEqual([]);
  expect(JSON.parse(readFileSync(join(folder, "auth.json"), "utf8"))).toEqual({ port });
});

test("a service that hangs is killed and runs again; one that answers is left alone", async () => {
  supervise({ heartbeat: { everyMs: 100, silentMs: 3_000 } });
  await Promise.all([started(service("bridge", SERVER)), started(service("auth", SERVER))]);
  const auth = supervisor.pid("auth");
  process.kill(supervisor.pid("bridge") ?? 0, "SIGSTOP");
  await until(() => restarts.length > 0);
  expect([hung, restarts]).toEqual([["bridge"], ["bridge"]]);
  expect(supervisor.pid("auth")).toBe(auth);
});

test("services are stopped one after another, the last started first, and only once", async () => {
  const counted = `let terms = 0;
    process.on("SIGTERM", () => {
      if (++terms > 1) return console.log("again");
      setTimeout(() => { console.log("stopped"); server.close(); }, 200);
    });`;
  const slow = `const server = await listen(); ${counted} ready(server.address().port);`;
  supervise();
  for (const name of ["auth", "bridge", "cloud-api"]) await started(service(name, slow));
  await Promise.all([supervisor.stop(), supervisor.stop()]);
  await supervisor.stop();
  expect(lines).toEqual(["cloud-api: stopped", "bridge: stopped", "auth: stopped"]);
});

test("a port in use is said at once, without trying again", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => holder.once("listening", resolve));
  const { port } = holder.address() as AddressInfo;
  const outcome = await supervise().start(service("bridge", SERVER, port));
  expect(outcome).toEqual({ failure: `bridge: port ${port} is in use` });
  expect(lines).toHaveLength(1);
  holder.close();
});

test.each([
  ["throws", "await 0; throw new TypeError('no such thing');", "bridge: TypeError: no such thing"],
  ["ends silently", "process.exit(3);", "bridge: ended with code 3"],
  [
    "ends itself by a signal",
    "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);",
    "bridge: was ended by SIGTERM",
  ],
])("a service that %s at its start fails with one line", async (_how, body, line) => {
  expect(await supervise().start(service("bridge", body))).toEqual({ failure: line });
});

test("a service that never becomes ready is killed", async () => {
  const outcome = await supervise({ readyMs: 300 }).start(service("bridge", "setInterval(() => {}, 1000);"));
  expect(outcome).toEqual({ failure: "bridge: was killed before it was ready" });
});

test("stopping waits for services that end in order", async () => {
  supervise();
  await Promise.all([started(service("bridge", SERVER)), started(service("auth", SERVER))]);
  await supervisor.stop();
  expect(lines.toSorted()).toEqual(["auth: stopped", "bridge: stopped"]);
  expect(restarts).toEqual([]);
});

test("stopping kills a service that does not listen to SIGTERM", async () => {
  supervise({ graceMs: 200 });
  await started(service("bridge", `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); ready(1);`));
  const pid = supervisor.pid("bridge") ?? 0;
  await supervisor.stop();
  expect(isAlive(pid)).toBe(false);
});

test("nothing is started again while everything is being stopped", async () => {
  const time = new ManualTime();
  supervise({}, time);
  await started(service("bridge", SERVER));
  const pid = supervisor.pid("bridge") ?? 0;
  process.kill(pid, "SIGKILL");
  await until(() => supervisor.pid("bridge") === undefined);
  await supervisor.stop();
  time.advance(60_000);
  expect(supervisor.pid("bridge")).toBeUndefined();
  expect(isFailure(await supervisor.start(service("auth", SERVER)))).toBe(true);
});

test("services end when their supervisor is killed", async () => {
  supervise();
  const spec = service("bridge", `console.log(process.pid); ${SERVER}`);
  const script = join(folder, "parent.ts");
  writeFileSync(
    script,
    `import { Supervisor } from ${JSON.stringify(join(import.meta.dirname, "supervisor.ts"))};
     import { systemTime } from ${JSON.stringify(import.meta.resolve("@purrimeter/service/system-time"))};
     const supervisor = new Supervisor({ writeLine: (_, line) => console.log(line), time: systemTime, onRestart: () => {} });
     await supervisor.start({ ...${JSON.stringify(spec)}, configure: () => ${JSON.stringify(spec.configure({ port: 0 }))} });
     console.log("up");`,
  );
  const parent = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  parent.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
  await until(() => said.includes("up"));
  const pid = Number(said.split("\n")[0]);
  expect(isAlive(pid)).toBe(true);
  parent.kill("SIGKILL");
  await until(() => !isAlive(pid));
});
