import { systemTime } from "@purrimeter/service/system-time";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect } from "node:tls";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { overrideSettings } from "../src/configuration/override-settings.ts";
import { defaultSettings } from "../src/configuration/read-settings.ts";
import { dataFiles, type DataFiles } from "../src/data-folder/data-files.ts";
import { prepareData } from "../src/data-folder/prepare-data.ts";
import { readSecretsOf } from "../src/data-folder/secrets-of.ts";
import { LOCATIONS_KEY, randomKey } from "../src/data-folder/secret-specs.ts";
import { allHolders } from "../src/data-folder/secret-holder.ts";
import type { ServiceEntry, ServiceRegistry } from "../src/services/service-entry.ts";
import { REGISTRY, SERVICE_NAMES } from "../src/services/service-registry.ts";
import { startServices, type RunningServices } from "../src/supervisor/start-services.ts";
import { isFailure } from "../src/terminal/failure.ts";
import { until } from "./running-purrimeter.ts";

/** All that a process takes. */
const TINY: ServiceEntry = {
  name: "tiny",
  main: fileURLToPath(new URL("../src/testing/tiny-service.ts", import.meta.url)),
  after: ["auth"],
  callsServices: false,
  secrets: [LOCATIONS_KEY, { name: "tiny-key", make: randomKey }],
  usesOwnerKeys: false,
  nurseryMib: 2,
  listen: () => ({ host: "127.0.0.1", port: 0 }),
  configure: ({ files, portOf }) => ({
    certificate: files.serviceChain("tiny"),
    authPort: portOf("auth"),
  }),
};

const FOUR: ServiceRegistry = { ...REGISTRY, services: [...REGISTRY.services, TINY] };

let files: DataFiles;
let services: RunningServices;
const restarts: string[] = [];

beforeAll(async () => {
  files = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-fourth-")));
  // A folder that was complete before this service was thought of.
  const prepared = await prepareData(files, REGISTRY, { now: new Date(), hosts: [], rootKey: "discard" });
  expect(prepared).toEqual({ created: true });
  const started = await startServices({
    data: files.folder,
    settings: overrideSettings(defaultSettings(SERVICE_NAMES), { port: 0, mqttPort: 0 }),
    registry: FOUR,
    time: systemTime,
    writeLine: () => () => undefined,
    onRestart: (service) => void restarts.push(service),
  });
  if (isFailure(started)) throw new Error(started.failure);
  services = started;
});

afterAll(async () => {
  await services.stop();
  rmSync(files.folder, { recursive: true });
});

async function ask(): Promise<{ authPort: number; own: string; shared: string }> {
  const ca = readFileSync(files.authority.root);
  const socket = connect({ host: "localhost", port: services.portOf("tiny"), ca });
  await once(socket, "secureConnect");
  expect(socket.getPeerCertificate().subject.CN).toBe("tiny");
  return JSON.parse(await text(socket)) as Awaited<ReturnType<typeof ask>>;
}

test("one entry gives a process its secrets, certificate, port and place in the order", async () => {
  const secret = (holder: string, name: string): string =>
    readFileSync(files.secret(holder, name), "utf8").trim();
  expect(await ask()).toEqual({
    authPort: services.portOf("auth"),
    own: secret("tiny", "tiny-key"),
    shared: secret("bridge", "database-key"),
  });
  expect(services.portOf("tiny")).not.toBe(services.portOf("cloud-api"));
});

test("it is kept up like the others, on its port", async () => {
  const port = services.portOf("tiny");
  process.kill(services.pid("tiny") ?? 0, "SIGKILL");
  await until(() => restarts.length > 0);
  expect([restarts, services.portOf("tiny")]).toEqual([["tiny"], port]);
  expect((await ask()).own).toMatch(/^[0-9a-f]{64}$/);
});

test("a secret of the new service that is lost later is not made anew", async () => {
  const holders = { ...FOUR, services: [TINY] };
  const path = files.secret("tiny", "tiny-key");
  const key = readFileSync(path);
  rmSync(path);
  const prepared = await prepareData(files, holders, { now: new Date(), hosts: [] });
  expect(prepared).toEqual({ failure: `the secret ${path} is missing; restore it from a backup` });
  writeFileSync(path, key, { mode: 0o600 });
});

test("a Vault has to have a role for it", () => {
  const login = { method: "approle", roleId: "r" };
  const processes = Object.fromEntries(allHolders(REGISTRY).map(({ name }) => [name, { login }]));
  const vaulted = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-vaulted-")));
  writeFileSync(vaulted.vault, JSON.stringify({ address: "https://vault.example", processes }));
  expect(readSecretsOf(vaulted, allHolders(FOUR), false)).toEqual({
    failure: `${vaulted.vault}: processes: tiny is missing`,
  });
  rmSync(vaulted.folder, { recursive: true });
});
