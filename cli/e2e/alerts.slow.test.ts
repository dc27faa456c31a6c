import { issueTag } from "@purrimeter/certs/issue-tag";
import { unrefused } from "@purrimeter/certs/refusal";
import { systemTime } from "@purrimeter/service/system-time";
import { createClaimCode } from "@purrimeter/store/claim-code";
import { mkdtempSync, readFileSync, readlinkSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withRegistry } from "../src/data-folder/open-registry.ts";
import { waitingMails } from "../src/data-folder/waiting-mails.ts";
import type { OwnerApi } from "../src/scenarios/owner-api.ts";
import type { RunningServices } from "../src/supervisor/start-services.ts";
import { isFailure } from "../src/terminal/failure.ts";
import { acknowledged, joinTag, nowS, reportOf } from "./attack/mqtt.ts";
import type { TagIdentity } from "./attack/target.ts";
import { DEADLINE_MS, until } from "./running-purrimeter.ts";
import { servicesWithOwner } from "./services-with-owner.ts";

const HOME = { lat: 47.5, lon: 8.5 };
const folder = mkdtempSync(join(tmpdir(), "purrimeter-alerts-"));
const logLines: string[] = [];
let services: RunningServices;
let owner: OwnerApi;
let tag: TagIdentity;

beforeAll(async () => {
  const writeLine = () => (name: string, line: string) => void logLines.push(`${name} ${line}`);
  ({ services, owner } = await servicesWithOwner(join(folder, "data"), {}, { writeLine }));
  tag = await addTag("cat-1");
}, DEADLINE_MS);
afterAll(async () => {
  owner.close();
  await services.stop();
  rmSync(folder, { recursive: true });
}, DEADLINE_MS);

/** A tag of the owner, with a zone around its home. */
async function addTag(id: string): Promise<TagIdentity> {
  await withRegistry(services.files, systemTime, async (registry) => {
    const code = createClaimCode();
    await registry.register(id as never, code, nowS() as never);
    await owner.claim(code, "Mia");
    return {};
  });
  await owner.drawCircle(id, "Garden", [HOME.lon, HOME.lat], 75);
  const issued = unrefused(await issueTag(services.files.authority, id, { now: new Date() }));
  return { id, cert: readFileSync(issued.chain, "utf8"), key: readFileSync(issued.key, "utf8") };
}

/** The tag says that it was inside, and is outside. */
async function leave(): Promise<void> {
  const ca = readFileSync(services.files.authority.root, "utf8");
  const raw = await joinTag({ port: services.portOf("bridge"), ca }, tag);
  const { settings } = (await owner.call("GET", `/v1/tags/${tag.id}`)) as { settings: { wanted: number } };
  const at = nowS();
  const place = { latE7: Math.round((HOME.lat + 260 / 111_195) * 1e7), lonE7: HOME.lon * 1e7 };
  const fix = { kind: "fix", at, accuracyDm: 30, ...place };
  const sides = { from: "inside", to: "outside", lastKnown: "inside", evidenceFrom: 1 };
  const transition = { kind: "transition", at, geofence: 0, settingsVersion: settings.wanted, ...sides };
  const answer = await acknowledged(raw, tag.id, reportOf(1, [fix, transition]));
  expect(answer).toMatchObject({ kind: "stored" });
  raw.socket.destroy();
}

async function mails(): Promise<readonly string[]> {
  const waiting = await waitingMails(services.files);
  if (isFailure(waiting)) throw new Error(waiting.failure);
  return waiting.mails.map(({ text = "" }) => text).filter((text) => text.includes("Mia"));
}

interface AlertItem {
  readonly kind: string;
  readonly stages: Readonly<Record<string, string | null>>;
  readonly deliveries: readonly { readonly channel: string; readonly state: string }[];
}

async function leftAlert(): Promise<AlertItem | undefined> {
  const { items } = (await owner.call("GET", "/v1/alerts")) as { items: readonly AlertItem[] };
  return items.find(({ kind }) => kind === "left");
}

test(
  "without any configuration a cat that leaves is a mail at the verified address, once, and an alert with each stage",
  async () => {
    await leave();
    await until(async () => (await mails()).length > 0);
    const [mail, ...others] = await mails();
    expect(others).toEqual([]);
    expect(mail).toContain("Mia left Garden");
    expect(mail).toContain("You can change in your account what you are told, and where.");
    await until(async () => (await leftAlert())?.deliveries[0]?.state === "delivered");
    const alert = await leftAlert();
    expect(alert?.deliveries).toMatchObject([{ channel: "mail", state: "delivered" }]);
    for (const stage of ["decidedAt", "sentAt", "storedAt", "handedAt", "deliveredAt"])
      expect(alert?.stages[stage]).toMatch(/^\d{4}-/u);
  },
  DEADLINE_MS,
);

test("its process has no file of accounts open, and no log names a person or a place", () => {
  const pid = services.pid("alerts") ?? 0;
  const open = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return []; // Closed since.
    }
  });
  expect(open.some((path) => path.endsWith("locations.db"))).toBe(true);
  expect(open.filter((path) => path.includes("accounts.db"))).toEqual([]);
  const log = logLines.filter((line) => line.startsWith("alerts ")).join("");
  expect(log).toContain('"event":"ready"');
  expect(log).not.toMatch(/Mia|Garden|@|47\.5/u);
});
