import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { authAnswer } from "../testing/auth-answer.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { fixAt, record } from "../testing/test-reports.ts";
import { FILE_FORMATS } from "./location-file.ts";

const MINUTES = 365 * 1_440;
const IN_REPORT = 100;
const MIB = 1_048_576;
/** A page, a day of entries, what zlib holds; a year as text is 40 to 130 MiB. */
const MAX_GROWTH_MIB = 24;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let api: TestApi;
let owner: TestOwner;
let tag: TagId;

beforeAll(async () => {
  api = await makeTestApi({ auth: { call: () => Promise.resolve(authAnswer(200, { parts: {} })) } });
  owner = await api.owner();
  tag = await api.claimedTag(owner);
  for (let first = 0; first < MINUTES; first += IN_REPORT) {
    const entries = Array.from({ length: IN_REPORT }, (_, i) =>
      fixAt(NOW_S - (MINUTES - first - i) * 60, first + i),
    );
    await record(api.store, tag, entries, { first: first + 1 });
  }
}, 600_000);
afterAll(() => api.close());

/** What the heap and the buffers outside of it hold. */
function held(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / MIB;
}

/** Reads a stream and throws it away; the greatest growth of memory meanwhile, and the bytes. */
async function drain(path: string): Promise<{ growthMib: number; bytes: number }> {
  const headers = { authorization: `Bearer ${owner.token}` };
  const before = held();
  const response = await api.app.request(`http://localhost${path}`, { headers });
  expect(response.status).toBe(200);
  let [most, bytes, chunks] = [before, 0, 0];
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (chunks++ % 50 === 0) most = Math.max(most, held());
  }
  return { growthMib: most - before, bytes };
}

it.each(FILE_FORMATS)(
  "a year of minutes as %s takes no more memory than a page",
  async (format) => {
    const { growthMib, bytes } = await drain(`/v1/tags/${tag}/export?format=${format}`);
    expect(bytes).toBeGreaterThan(30 * MIB);
    expect(growthMib).toBeLessThan(MAX_GROWTH_MIB);
  },
  600_000,
);

it("an archive of a year of minutes takes no more memory than a day", async () => {
  const before = held();
  const beganMs = performance.now();
  const asked = await api.ask("/v1/account/export", { method: "POST", token: owner.token, body: {} });
  expect(asked.status).toBe(202);
  let [most, isDone] = [before, false];
  const done = api.archives.idle().then(() => (isDone = true));
  while (!isDone) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    most = Math.max(most, held());
  }
  await done;
  expect(api.failures).toEqual([]);
  const madeMs = performance.now() - beganMs;
  const { growthMib, bytes } = await drain(asked.headers.get("location") ?? "");
  console.log(`archive of a year: ${Math.round(madeMs)} ms, ${(bytes / MIB).toFixed(1)} MiB`);
  expect(most - before).toBeLessThan(2 * MAX_GROWTH_MIB);
  expect(growthMib).toBeLessThan(MAX_GROWTH_MIB);
}, 600_000);
