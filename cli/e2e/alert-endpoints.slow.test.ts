import { createClaimCode } from "@purrimeter/store/claim-code";
import { systemTime } from "@purrimeter/service/system-time";
import { issueTag } from "@purrimeter/certs/issue-tag";
import { unrefused } from "@purrimeter/certs/refusal";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withRegistry } from "../src/data-folder/open-registry.ts";
import { AlertHousehold, ENDPOINTS, type Told } from "./alert-household.ts";
import { acknowledged, joinTag, nowS, reportOf } from "./attack/mqtt.ts";
import type { TagIdentity } from "./attack/target.ts";
import { DEADLINE_MS, until } from "./running-purrimeter.ts";

/** Points at which a process is killed; more at night. */
const KILLS = 3 * Number(process.env["TEST_TIMES"] ?? 10);

/** A kill and what comes after it take some seconds each. */
const LONG_MS = 60_000 + KILLS * 20_000;

const HOME = { lat: 47.5, lon: 8.5 };

let household: AlertHousehold;

beforeEach(async () => {
  household = await AlertHousehold.start();
}, DEADLINE_MS);

afterEach(async () => {
  await household.stop();
}, DEADLINE_MS);

/** Registers tags, claims them and draws a zone round the home of each. */
async function addTags(count: number): Promise<readonly TagIdentity[]> {
  const { services, owner } = household;
  const ids = Array.from({ length: count }, (_, index) => `cat-${index}`);
  await withRegistry(services.files, systemTime, async (registry) => {
    for (const id of ids) {
      const code = createClaimCode();
      await registry.register(id as never, code, nowS() as never);
      await owner.claim(code, nameOf(id));
    }
    return {};
  });
  const tags: TagIdentity[] = [];
  for (const id of ids) {
    await owner.drawCircle(id, "Garden", [HOME.lon, HOME.lat], 75);
    const issued = unrefused(await issueTag(services.files.authority, id, { now: new Date() }));
    tags.push({ id, cert: readFileSync(issued.chain, "utf8"), key: readFileSync(issued.key, "utf8") });
  }
  return tags;
}

function nameOf(id: string): string {
  return `Mimi ${id.slice(4)}`;
}

/** The tag's own decision: it was inside, and is outside. */
async function leave(tag: TagIdentity): Promise<void> {
  const ca = readFileSync(household.services.files.authority.root, "utf8");
  const raw = await joinTag({ port: household.services.portOf("bridge"), ca }, tag);
  const at = nowS();
  const fix = (ago: number, northM: number): object => ({
    ...{ kind: "fix", at: at - ago, lonE7: HOME.lon * 1e7, accuracyDm: 30 },
    latE7: Math.round((HOME.lat + northM / 111_195) * 1e7),
  });
  const transition = { kind: "transition", at, geofence: 0, settingsVersion: await settingsOf(tag.id) };
  const sides = { from: "inside", to: "outside", lastKnown: "inside", evidenceFrom: 2 };
  const report = reportOf(1, [fix(120, 0), fix(60, 200), fix(0, 260), { ...transition, ...sides }]);
  expect(await acknowledged(raw, tag.id, report)).toMatchObject({ kind: "stored", through: 4 });
  raw.socket.destroy();
}

async function settingsOf(id: string): Promise<number> {
  const tag = (await household.owner.call("GET", `/v1/tags/${id}`)) as { settings: { wanted: number } };
  return tag.settings.wanted;
}

/** What was told of each tag, by endpoint. */
function toldOf(tag: TagIdentity): readonly Told[] {
  // eslint-disable-next-line security/detect-non-literal-regexp -- made of the test's own tag
  const name = new RegExp(`${nameOf(tag.id)}\\b|"${tag.id}"`, "u");
  return household.told().filter(({ text }) => name.test(text));
}

/** Every endpoint has had a message of the tag. */
function isTold(tag: TagIdentity): boolean {
  return new Set(toldOf(tag).map(({ at }) => at)).size === ENDPOINTS.length;
}

test(
  "a cat that leaves is told once by webhook, push, ntfy and mail, and its owner reads when",
  async () => {
    const channels = await household.addChannels();
    const [tag] = await addTags(1);
    await leave(tag!);
    await until(() => isTold(tag!));
    let alert:
      { readonly kind: string; readonly deliveries: readonly object[]; readonly stages: object } | undefined;
    await until(async () => {
      const list = (await household.owner.call("GET", "/v1/alerts")) as { items: (typeof alert & object)[] };
      alert = list.items.find(({ kind }) => kind === "left");
      return alert?.deliveries.every((one) => (one as { state: string }).state === "delivered") ?? false;
    });
    expect(
      toldOf(tag!)
        .map(({ at }) => at)
        .sort(),
    ).toEqual([...ENDPOINTS].sort());
    expect(alert).toMatchObject({ tag: tag!.id, geofence: { name: "Garden" } });
    const delivered = channels.map((channel) => ({
      channel,
      state: "delivered",
      attempts: 1,
      lastError: null,
    }));
    expect(alert?.deliveries).toEqual(
      expect.arrayContaining(delivered.map((one): unknown => expect.objectContaining(one))),
    );
    for (const stage of ["decidedAt", "sentAt", "storedAt", "handedAt", "deliveredAt"])
      expect(alert?.stages).toHaveProperty(stage, expect.stringMatching(/^\d{4}-.*Z$/u));
  },
  DEADLINE_MS,
);

test(
  `alerts and notifier are killed ${KILLS} times: nothing is lost and nothing shown twice`,
  async () => {
    await household.addChannels();
    const tags = await addTags(KILLS);
    for (const [index, tag] of tags.entries()) {
      const name = index % 2 === 0 ? "alerts" : "notifier";
      let pid: number | undefined;
      await until(() => (pid = household.services.pid(name)) !== undefined);
      const left = leave(tag);
      await pause(Math.random() * 400);
      process.kill(pid!, "SIGKILL");
      await left;
      await until(() => ![undefined, pid].includes(household.services.pid(name)));
    }
    await until(() => tags.every(isTold));
    for (const tag of tags)
      for (const endpoint of ENDPOINTS) {
        const ids = toldOf(tag)
          .filter(({ at }) => at === endpoint)
          .map(({ id }) => id);
        expect([tag.id, endpoint, new Set(ids).size], ids.join(" ")).toEqual([tag.id, endpoint, 1]);
        expect(ids[0]).toMatch(/^[a-z2-7]{26}$/u);
      }
  },
  LONG_MS,
);

/** A random point in the way of an alert; nothing is expected by the end of it. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
