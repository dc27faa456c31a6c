import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ServiceEntry, ServiceRegistry } from "../src/services/service-entry.ts";
import { REGISTRY } from "../src/services/service-registry.ts";
import type { RunningServices } from "../src/supervisor/start-services.ts";
import type { OwnerApi } from "../src/scenarios/owner-api.ts";
import { acknowledged, joinTag, nowS, reportOf } from "./attack/mqtt.ts";
import { addTags } from "./leaving-tags.ts";
import { DEADLINE_MS, freePort, until } from "./running-purrimeter.ts";
import { servicesWithOwner } from "./services-with-owner.ts";

/** Steps that each wait for something; all of them together may take longer than one. */
const ALL_MS = 4 * DEADLINE_MS;
const PATIENT_API = fileURLToPath(new URL("patient-cloud-api.ts", import.meta.url));

let folder: string;
let running: { readonly services: RunningServices; readonly owner: OwnerApi } | undefined;
let hangUp: () => void;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-live-"));
  hangUp = () => undefined;
});
afterEach(async () => {
  hangUp();
  running?.owner.close();
  await running?.services.stop();
  running = undefined;
  rmSync(folder, { recursive: true });
}, DEADLINE_MS);

/** All processes, the API with something else. */
function withApi(change: (api: ServiceEntry) => Partial<ServiceEntry>): ServiceRegistry {
  const services = REGISTRY.services.map((entry) =>
    entry.name === "cloud-api" ? { ...entry, ...change(entry) } : entry,
  );
  return { ...REGISTRY, services };
}

/** Starts everything, opens a stream of a tag, has the tag report a fix and waits until the stream tells it. */
async function fixIsTold(registry: ServiceRegistry): Promise<void> {
  const { services, owner, credentials } = await servicesWithOwner(folder, {}, { registry });
  running = { services, owner };
  const [tag] = await addTags(running, 1);
  if (tag === undefined) throw new Error("no tag");
  const { accessToken } = (await owner.call("POST", "/v1/auth/login", { ...credentials })) as {
    readonly accessToken: string;
  };
  const ca = readFileSync(services.files.authority.root, "utf8");
  const live = follow(services.portOf("cloud-api"), `/v1/tags/${tag.id}/live`, { ca, accessToken });
  await until(() => live().includes("event: settings"));
  const raw = await joinTag({ port: services.portOf("bridge"), ca }, tag);
  const fix = { kind: "fix", at: nowS(), latE7: 475_000_001, lonE7: 85_000_002, accuracyDm: 30 };
  const ack = await acknowledged(raw, tag.id, reportOf(1, [fix]));
  expect(ack).toMatchObject({ kind: "stored", through: 1 });
  await until(() => live().includes("event: location"));
  raw.socket.destroy();
  const locations = live()
    .split("\n\n")
    .filter((event) => event.includes("event: location"));
  expect(locations).toHaveLength(1);
  expect(locations[0]).toContain('"lat":47.5000001');
}

/** Opens a stream; gives what it has told so far. */
function follow(
  port: number,
  path: string,
  { ca, accessToken }: { readonly ca: string; readonly accessToken: string },
): () => string {
  let told = "";
  const headers = { authorization: `Bearer ${accessToken}` };
  const outgoing = request({ host: "localhost", port, path, ca, headers }, (incoming) => {
    expect(incoming.statusCode).toBe(200);
    incoming.setEncoding("utf8").on("data", (chunk: string) => (told += chunk));
    incoming.on("error", () => undefined);
  });
  outgoing.on("error", (error) => (told += error.message));
  outgoing.end();
  hangUp = () => outgoing.destroy();
  return () => told;
}

test(
  "the bridge's word of a commit brings a fix to a stream, without a look at the clock",
  () => fixIsTold(withApi(() => ({ main: PATIENT_API }))),
  ALL_MS,
);

test(
  "while nobody tells of commits a stream finds the fix by looking",
  async () => {
    const commits = [`http://127.0.0.1:${await freePort()}`];
    await fixIsTold(
      withApi(({ configure }) => ({ configure: (context) => ({ ...configure(context), commits }) })),
    );
  },
  ALL_MS,
);
