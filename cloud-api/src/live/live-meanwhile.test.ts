import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { Alert } from "@purrimeter/store/alert";
import type { TagCommand } from "@purrimeter/store/command";
import type { FollowedTag, NewsRange } from "@purrimeter/store/live-news";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { parsed } from "../testing/live-reader.ts";
import { tell } from "../testing/test-alerts.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { exitAt, fixAt, record } from "../testing/test-reports.ts";
import { LiveFollower, type MergedNews } from "./live-follower.ts";

/** What a look asks of a stream, in this order. */
type Asked = "tags" | "news" | "commands" | "alerts";

let api: TestApi;
let mia: TestOwner;
let tag: TagId;
/** Runs once, before the look is answered. */
let meanwhile: { readonly before: Asked; readonly commit: () => Promise<unknown> } | undefined;

/** Ends the stream of the test. */
let hangUp: () => Promise<void>;

beforeAll(async () => {
  api = await makeTestApi();
});
beforeEach(async () => {
  meanwhile = undefined;
  hangUp = () => Promise.resolve();
  mia = await api.owner();
  tag = await api.claimedTag(mia);
});
afterEach(async () => {
  await hangUp();
  expect(api.live.size).toBe(0);
});
afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

/** Lets something be committed between the beginning of a look and what it reads. */
class SlowFollower extends LiveFollower {
  override async tags(): Promise<readonly FollowedTag[]> {
    await committed("tags");
    return super.tags();
  }

  override async news(tags: readonly FollowedTag[], range: NewsRange): Promise<MergedNews | "unknown"> {
    await committed("news");
    return super.news(tags, range);
  }

  override async commands(
    followed: FollowedTag,
    since: number,
    through: number,
  ): Promise<readonly TagCommand[]> {
    await committed("commands");
    return super.commands(followed, since, through);
  }

  override async alerts(after: number, limit: number): Promise<readonly Alert[]> {
    await committed("alerts");
    return super.alerts(after, limit);
  }
}

async function committed(asked: Asked): Promise<void> {
  const { before, commit } = meanwhile ?? {};
  if (before !== asked) return;
  meanwhile = undefined;
  await commit?.();
}

/** Reads what a stream of all of Mia's tags told until now: kind of event and what it is of. */
async function opened(): Promise<() => Promise<string[]>> {
  const [owner, viewer] = [api.store.forOwner(mia.id as OwnerId), api.store.forViewer(mia.id as OwnerId)];
  const may = { settings: false, commands: true, alerts: true };
  const body = await api.live.open(
    {
      ...{ account: mia.id as OwnerId, address: "192.0.2.1", session: mia.session, expiresS: NOW_S + 600 },
      follower: new SlowFollower({ owner, viewer, tag: undefined, may }),
      alertBodies: (alerts) => Promise.resolve(alerts.map(({ id }) => ({ id }))),
      seal: ({ reports: { report, number } }) => `${report}-${number}`,
      hangUp: () => undefined,
    },
    undefined,
  );
  if (body === "too-many") throw new Error(body);
  const reader = body.getReader();
  hangUp = () => reader.cancel();
  const told: string[] = [];
  const read = async (): Promise<void> => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const { event, data } = parsed(Buffer.from(value).toString());
      if (event !== undefined && event !== "settings") told.push(`${event} ${nameOf(data)}`);
    }
  };
  void read();
  return async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return told;
  };
}

function nameOf(data: Readonly<Record<string, unknown>> = {}): string {
  const { lat, id, kind } = data as { lat?: number; id?: string; kind?: string };
  if (lat !== undefined) return String(Math.round((lat - 1) * 1e7));
  return kind ?? String(id);
}

async function moved(number: number): Promise<void> {
  await record(api.store, tag, [fixAt(NOW_S - 100 + number, number)], { first: number });
}

let events = 0;
async function left(): Promise<void> {
  await record(api.store, tag, [exitAt(NOW_S - 50, 0, 2)], { first: 1_000 + ++events });
}

async function alerted(): Promise<string> {
  await left();
  return tell(api, tag, "left");
}

async function commanded(kind: "buzz" | "light"): Promise<void> {
  const expiresAt = (api.nowS + 600) as UnixSeconds;
  const draft = { kind, seconds: 5, expiresAt, idempotencyKey: undefined };
  const { kind: given } = await api.store.forOwner(mia.id as OwnerId).giveCommand(tag, draft);
  expect(given).toBe("given");
}

it("an alert is told once that is committed while a look runs which has alerts and others' reports alone", async () => {
  const toms = await api.claimedTag(await api.owner());
  const told = await opened();
  await left();
  await left();
  await api.live.look();
  const first = await tell(api, tag, "left");
  await record(api.store, toms, [fixAt(NOW_S - 9)]);
  let second = "";
  meanwhile = { before: "alerts", commit: async () => (second = await tell(api, tag, "left")) };
  await api.live.look();
  expect(meanwhile, "the look asked").toBeUndefined();
  for (let i = 0; i < 3; i++) {
    await record(api.store, toms, [fixAt(NOW_S - 8)], { first: 2 + i });
    await api.live.look();
  }
  const alerts = (await told()).filter((one) => one.startsWith("alert"));
  expect(alerts).toEqual([`alert ${first}`, `alert ${second}`]);
});

/** A look that begins with a fix, a command and an alert, and finds more that was committed before it asked. */
async function lookWhile(before: Asked, commit: () => Promise<unknown>): Promise<string[]> {
  const told = await opened();
  await api.live.look();
  await moved(1);
  await commanded("buzz");
  const first = await alerted();
  meanwhile = { before, commit };
  await api.live.look();
  expect(meanwhile, "the look asked").toBeUndefined();
  for (let i = 0; i < 3; i++) await api.live.look();
  const all = await told();
  expect(all).toEqual(expect.arrayContaining(["location 1", "command buzz", `alert ${first}`]));
  return all;
}

describe("what is committed while a look runs", () => {
  it.each<Asked>(["tags", "alerts"])("an alert is told once, before the look reads %s", async (before) => {
    let second = "";
    const told = await lookWhile(before, async () => (second = await alerted()));
    const alerts = told.filter((one) => one.startsWith("alert"));
    expect(alerts).toHaveLength(2);
    expect(alerts.at(-1)).toBe(`alert ${second}`);
  });

  it.each<Asked>(["tags", "news", "alerts"])(
    "a location is told once, before the look reads %s",
    async (before) => {
      const told = await lookWhile(before, () => moved(2));
      expect(told.filter((one) => one.startsWith("location"))).toEqual(["location 1", "location 2"]);
    },
  );

  it.each<Asked>(["tags", "commands"])("a command is told once, before the look reads %s", async (before) => {
    const told = await lookWhile(before, () => commanded("light"));
    const commands = told.filter((one) => one.startsWith("command"));
    expect(commands).toEqual(["command buzz", "command light"]);
  });
});
