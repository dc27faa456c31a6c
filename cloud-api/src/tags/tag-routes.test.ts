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
function say(settingsVersion: number, refusedSettings?: { version: number; reason: DecodeReason }) {
  const own = { online: true, settingsVersion, firmware: "1.0.0" };
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
