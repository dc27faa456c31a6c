import { argon2Sync, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { DEFAULT_COST, PasswordHasher } from "./password-hasher.ts";
import type { PasswordHash } from "./password-hasher.ts";
import { TEST_COST } from "../testing/test-service.ts";

const pepper = randomBytes(32);

function hasher(cost = TEST_COST, concurrency = 2, maxWaiting = 4): PasswordHasher {
  return new PasswordHasher({ cost, pepper, concurrency, maxWaiting });
}

async function hashOf(made: Promise<PasswordHash | "busy">): Promise<PasswordHash> {
  const result = await made;
  if (result === "busy") throw new Error("busy");
  return result;
}

test("the hash is Argon2id of the password, salt, pepper and cost", async () => {
  const { salt, tag, cost } = await hashOf(hasher().hash("pa\u0301ssword"));
  const parameters = {
    message: "pássword",
    nonce: salt,
    memory: 64,
    passes: 1,
    parallelism: 1,
    secret: pepper,
    tagLength: 32,
  };
  expect(Buffer.from(tag)).toEqual(argon2Sync("argon2id", parameters));
  expect(cost).toEqual(TEST_COST);
});

test("one password gives another hash each time", async () => {
  const [one, two] = [await hashOf(hasher().hash("same")), await hashOf(hasher().hash("same"))];
  expect(Buffer.from(one.tag)).not.toEqual(Buffer.from(two.tag));
});

test("tells the right password from wrong ones and from nobody's", async () => {
  const made = await hashOf(hasher().hash("right"));
  expect(await hasher().verify("right", made)).toBe("right");
  expect(await hasher().verify("wrong", made)).toBe("wrong");
  expect(await hasher().verify("right", undefined)).toBe("wrong");
});

test("checks hashes made at another cost, and says that they are outdated", async () => {
  const old = await hashOf(hasher().hash("right"));
  const dearer = hasher({ ...TEST_COST, passes: 2 });
  expect(await dearer.verify("right", old)).toBe("right");
  expect(dearer.isOutdated(old)).toBe(true);
  expect(hasher().isOutdated(old)).toBe(false);
});

test("another pepper opens nothing", async () => {
  const made = await hashOf(hasher().hash("right"));
  const stolen = new PasswordHasher({
    cost: TEST_COST,
    pepper: randomBytes(32),
    concurrency: 1,
    maxWaiting: 1,
  });
  expect(await stolen.verify("right", made)).toBe("wrong");
});

test("runs a bounded number at once, lets some wait and turns the rest away at once", async () => {
  const all = Array.from({ length: 10 }, () => bounded.hash("x"));
  const results = await Promise.all(all);
  expect(results.filter((result) => result === "busy")).toHaveLength(4);
  expect(await bounded.hash("x")).not.toBe("busy");
});
const bounded = hasher(TEST_COST, 2, 4);

test("the event loop goes on while a password is hashed", async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  await hasher(DEFAULT_COST).hash("x");
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});

test("the default cost is above what OWASP asks for at least", () => {
  expect(DEFAULT_COST.memoryKiB).toBeGreaterThanOrEqual(47_104);
  expect(DEFAULT_COST.passes).toBeGreaterThanOrEqual(1);
});

/** A hasher whose places are all taken, until what holds them is awaited. */
function busyHasher(): { held: Promise<unknown>; full: PasswordHasher } {
  const full = new PasswordHasher({ cost: DEFAULT_COST, pepper, concurrency: 1, maxWaiting: 4 });
  return { held: full.hash("x"), full };
}

test("at most two wait for one address", async () => {
  const { held, full } = busyHasher();
  const place = { key: "192.0.2.1", isFamiliar: false };
  const results = await Promise.all([1, 2, 3, 4].map(() => full.hash("x", place)));
  expect(results.filter((result) => result === "busy")).toHaveLength(2);
  await held;
});

test("familiar places wait apart from strangers and take turns with them", async () => {
  const { held, full } = busyHasher();
  const order: string[] = [];
  const ask = async (key: string, isFamiliar: boolean): Promise<void> => {
    order.push((await full.hash("x", { key, isFamiliar })) === "busy" ? `${key} busy` : key);
  };
  const strangers = ["a", "b", "c", "d", "e"].map((key) => ask(key, false));
  const familiar = ["phone", "laptop"].map((key) => ask(key, true));
  await Promise.all([held, ...strangers, ...familiar]);
  expect(order[0]).toBe("e busy");
  expect(order.slice(1, 5)).toEqual(["phone", "a", "laptop", "b"]);
});

test("a place with many waiting gives way to one with fewer", async () => {
  const { held, full } = busyHasher();
  const ask = (key: string): Promise<unknown> => full.hash("x", { key, isFamiliar: true });
  const greedy = [1, 2, 3, 4].map(() => ask("greedy"));
  const modest = await Promise.all([ask("phone"), ask("laptop")]);
  expect(modest).not.toContain("busy");
  expect((await Promise.all(greedy)).filter((result) => result === "busy")).toHaveLength(2);
  await held;
});
