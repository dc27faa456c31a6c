import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DecodeReason } from "@purrimeter/protocol/decode-error";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { createClaimCode } from "@purrimeter/store/claim-code";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { refusedReason } from "./refused-reason.ts";

let api: TestApi;
let owner: TestOwner;
let tag: TagId;

beforeAll(async () => {
  api = await makeTestApi();
  owner = await api.owner();
  tag = await api.claimedTag(owner);
});

afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

/** As the bridge records what the tag says of itself. */
function say(
  settingsVersion: number,
  refusedSettings?: { version: number; reason: DecodeReason },
  wireVersion = 1,
) {
  const own = { online: true, settingsVersion, firmware: "1.0.0", wireVersion };
  const status = refusedSettings === undefined ? own : { ...own, refusedSettings };
  return api.store.reports.recordStatus(tag, status, NOW_S as UnixSeconds);
}

async function shown(): Promise<unknown[]> {
  const one = await api.ask(`/v1/tags/${tag}`, { token: owner.token });
  const all = await api.ask("/v1/tags", { token: owner.token });
  return [one, all].map(({ body }) => {
    const [item] = (body as { items?: readonly unknown[] }).items ?? [body];
    return (item as { settings: unknown }).settings;
  });
}

const both = (settings: object): object[] => [settings, settings];

describe("a tag's settings", () => {
  it("show the version that is wanted, the one that runs, and why the wanted one does not", async () => {
    expect(await shown()).toEqual(both({ wanted: 1, reported: 0 }));
    await say(0, { version: 1, reason: "too-many" });
    const refused = { version: 1, reason: "too-large" };
    expect(await shown()).toEqual(both({ wanted: 1, reported: 0, refused }));
    await say(0, { version: 0, reason: "not-canonical" });
    const unreadable = { version: 0, reason: "unreadable" };
    expect(await shown()).toEqual(both({ wanted: 1, reported: 0, refused: unreadable }));
    await say(1);
    expect(await shown()).toEqual(both({ wanted: 1, reported: 1 }));
  });

  it.each([
    ["oversized", "too-large"],
    ["out-of-range", "out-of-range"],
    ["unknown-version", "newer-format"],
    ["unknown-field", "newer-format"],
    ["truncated", "unreadable"],
  ] as const)("say %s as %s", (reason, said) => {
    expect(refusedReason(reason)).toBe(said);
  });
});

describe("a tag's detection", () => {
  const change = async (body: object) => {
    const answer = await api.ask(`/v1/tags/${tag}`, { method: "PATCH", body, token: owner.token });
    return { status: answer.status, ...(answer.body as { settings?: object; name?: string }) };
  };

  it("is usual until its owner changes it, and is not changed with the name", async () => {
    const { body } = await api.ask(`/v1/tags/${tag}`, { token: owner.token });
    expect(body).toMatchObject({ detection: "usual" });
    const quiet = await change({ detection: "quiet" });
    expect(quiet).toMatchObject({ status: 200, detection: "quiet", name: (body as { name: string }).name });
    expect(await change({ name: "Tom" })).toMatchObject({ status: 200, detection: "quiet", name: "Tom" });
    expect(await change({ name: "Mimi", detection: "quick" })).toMatchObject({
      detection: "quick",
      name: "Mimi",
    });
  });

  it("is one of three steps, and a change changes something", async () => {
    for (const body of [{ detection: "loud" }, { detection: null }, {}])
      expect(await change(body)).toMatchObject({ status: 400 });
    const stranger = await api.owner();
    const asked = { method: "PATCH", body: { detection: "quiet" }, token: stranger.token } as const;
    expect((await api.ask(`/v1/tags/${tag}`, asked)).status).toBe(404);
  });

  it("is shown as ignored by a tag whose firmware is too old for it", async () => {
    await change({ detection: "quiet" });
    await say(1);
    expect(await shown()).toMatchObject(both({ ignored: ["detection"] }));
    await say(1, undefined, 2);
    expect(JSON.stringify(await shown())).not.toContain("ignored");
  });
});

describe("a tag whose certificate begins too many sessions", () => {
  const warnings = async (path = "") => {
    const { body } = await api.ask(`/v1/tags/${tag}${path}`, { token: owner.token });
    return (body as { warnings?: unknown }).warnings;
  };

  it("has a warning for seven days, which the next owner does not see", async () => {
    const seen = async (daysAgo: number) => {
      await api.store.reports.recordManySessions(tag, (NOW_S - daysAgo * 86_400) as UnixSeconds);
      return warnings();
    };
    expect(await warnings()).toBeUndefined();
    expect(await seen(8)).toBeUndefined();
    const at = new Date((NOW_S - 6 * 86_400) * 1_000).toISOString().slice(0, 19);
    expect(await seen(6)).toEqual([{ kind: "many-sessions", at: expect.stringContaining(at) as string }]);
    const next = await api.owner();
    await api.ask(`/v1/tags/${tag}`, { method: "DELETE", token: owner.token });
    const code = createClaimCode();
    await api.store.registry.renewClaimCode(tag, code);
    const body = { code, name: "Mimi" };
    const claimed = await api.ask("/v1/tags/claim", { method: "POST", body, token: next.token });
    expect([claimed.status, "warnings" in claimed.body]).toEqual([201, false]);
  });
});
