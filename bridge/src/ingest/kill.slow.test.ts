import { once } from "node:events";
import { afterAll, afterEach, beforeAll, expect, inject, it } from "vitest";
import { decodeAck } from "@purrimeter/protocol/ack";
import { encodeReport } from "@purrimeter/protocol/report";
import { topicOf } from "@purrimeter/protocol/topics";
import type { Report } from "@purrimeter/protocol/messages";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { EntryPosition } from "@purrimeter/store/location";
import { startBridgeProcess, writeProcessFiles, type BridgeProcess } from "../testing/bridge-process.ts";
import { utcNow } from "../testing/open-test-source.ts";
import { dialAndJoin } from "../testing/raw-tag.ts";
import { createTestAuthority, type Credentials, type TestAuthority } from "../testing/test-authority.ts";
import { claimTag, createTestStore, OWNER, type TestStore } from "../testing/test-store.ts";

const TAGS = ["alf", "bea", "cleo", "dot"] as TagId[];
const ENTRIES = 3_000 * inject("testTimes");
const KILLS = 4 * inject("testTimes");

let authority: TestAuthority;
let credentials: Credentials[];
let files: TestStore;
let running: BridgeProcess | undefined;

beforeAll(async () => {
  authority = await createTestAuthority();
  credentials = await authority.tags(TAGS);
  files = createTestStore();
  const store = files.open();
  for (const tag of TAGS) await claimTag(store, tag);
  await store.close();
});
afterAll(() => {
  authority.remove();
  files.remove();
});
afterEach(() => running?.child.kill("SIGKILL"));

/** A journal: it lets go of entries only when an acknowledgement says that they are stored. */
interface Journal {
  readonly tag: TagId;
  readonly own: Credentials;
  /** Everything up to this is stored, as the bridge said. */
  through: number;
}

function reportFrom(first: number, count: number): Uint8Array {
  const begin = utcNow() - ENTRIES;
  const entries = Array.from({ length: Math.min(count, ENTRIES - first + 1) }, (_, i) => {
    const at = begin + first + i;
    return { kind: "fix", at, latE7: 515_000_000 + ((first + i) % 500), lonE7: -1_000_000, accuracyDm: 45 };
  });
  return encodeReport({ epoch: 5, first, oldest: first, entries } as unknown as Report);
}

/** Sends what is not acknowledged, several reports at a time, until all is or the connection ends. */
async function upload(journal: Journal, port: number): Promise<void> {
  const tag = await dialAndJoin(port, journal.tag, journal.own);
  let sent = journal.through;
  let waiting = 0;
  while (journal.through < ENTRIES) {
    for (; waiting < 4 && sent < ENTRIES; waiting++) {
      const count = 1 + (sent % 7);
      tag.publish(topicOf(journal.tag, "report"), reportFrom(sent + 1, count));
      sent = Math.min(ENTRIES, sent + count);
    }
    const { payload } = await tag.next("publish");
    waiting -= 1;
    const ack = decodeAck(payload as Buffer);
    if (!ack.ok || ack.value.kind !== "stored") throw new Error("not stored");
    journal.through = Math.max(journal.through, ack.value.through);
  }
  tag.socket.destroy();
}

async function numbersOf(tag: TagId): Promise<number[]> {
  const store = files.open();
  const numbers: number[] = [];
  for (let after: EntryPosition | undefined, more = true; more;) {
    const range = { from: 0 as UnixSeconds, to: 4_000_000_000 as UnixSeconds, limit: 1_000, after };
    const page = await store.forOwner(OWNER).locations(tag, range);
    if (page === "not-found") throw new Error("no such tag");
    numbers.push(...page.items.map(({ number }) => number));
    after = page.next;
    more = after !== undefined;
  }
  await store.close();
  return numbers.toSorted((a, b) => a - b);
}

it("kill -9 in the middle of a stream loses nothing that was acknowledged and stores nothing twice", async () => {
  const process = writeProcessFiles(files, authority);
  const journals: Journal[] = TAGS.map((tag, i) => ({ tag, own: credentials[i] as Credentials, through: 0 }));
  for (let kill = 0; kill <= KILLS; kill++) {
    running = await startBridgeProcess(process);
    const { child, port } = running;
    const before = journals.map(({ through }) => through);
    const uploads = Promise.allSettled(journals.map((journal) => upload(journal, port)));
    if (kill === KILLS) {
      expect((await uploads).map(({ status }) => status)).toEqual(TAGS.map(() => "fulfilled"));
      break;
    }
    const quarter = ((kill + 1) * ENTRIES) / (KILLS + 1);
    while (journals.some(({ through }) => through < quarter))
      await new Promise((resolve) => setImmediate(resolve));
    child.kill("SIGKILL");
    await once(child, "exit");
    await uploads;
    expect(journals.every(({ through }, i) => through > (before[i] ?? 0))).toBe(true);
    for (const { tag, through } of journals) {
      const numbers = await numbersOf(tag);
      expect(numbers.slice(0, through)).toEqual(Array.from({ length: through }, (_, i) => i + 1));
      expect(new Set(numbers).size).toBe(numbers.length);
    }
  }
  const all = Array.from({ length: ENTRIES }, (_, i) => i + 1);
  for (const { tag } of journals) expect(await numbersOf(tag)).toEqual(all);
});
