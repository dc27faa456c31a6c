import { expect, test } from "vitest";
import { Lanes } from "./lanes.ts";

const never = new AbortController().signal;

/** Work that ends when it is told to. */
function work() {
  const { promise, resolve } = Promise.withResolvers<string>();
  let begun = 0;
  return { run: () => (begun++, promise), end: () => resolve("done"), begun: () => begun };
}

test("a host that hangs has so many at once, others wait in their order, and more are turned away", async () => {
  const lanes = new Lanes({ active: 2, waiting: 2 });
  const [first, last] = [work(), work()];
  const hung = [lanes.run("hung", never, first.run), lanes.run("hung", never, first.run)];
  const order: string[] = [];
  const waiting = ["a", "b"].map((name) =>
    lanes.run("hung", never, () => {
      order.push(name);
      return last.run();
    }),
  );
  expect(await lanes.run("hung", never, first.run)).toBe("busy");
  expect(await lanes.run("other", never, () => Promise.resolve("at once"))).toBe("at once");
  expect([first.begun(), order]).toEqual([2, []]);
  first.end();
  expect(await Promise.all(hung)).toEqual(["done", "done"]);
  last.end();
  expect(await Promise.all(waiting)).toEqual(["done", "done"]);
  expect([order, lanes.size]).toEqual([["a", "b"], 0]);
});

test("one that waits until its time is over was not begun, and leaves its place", async () => {
  const lanes = new Lanes({ active: 1, waiting: 1 });
  const [slow, unbegun] = [work(), work()];
  const running = lanes.run("host", never, slow.run);
  const ended = new AbortController();
  const waiting = lanes.run("host", ended.signal, unbegun.run);
  ended.abort();
  expect(await waiting).toBe("busy");
  expect(await lanes.run("host", ended.signal, unbegun.run)).toBe("busy");
  slow.end();
  expect(await running).toBe("done");
  expect(await lanes.run("host", never, () => Promise.resolve("free"))).toBe("free");
  expect([unbegun.begun(), lanes.size]).toEqual([0, 0]);
});

test("a failure gives its place free", async () => {
  const lanes = new Lanes({ active: 1, waiting: 0 });
  await expect(lanes.run("host", never, () => Promise.reject(new Error("x")))).rejects.toThrow("x");
  expect([await lanes.run("host", never, () => Promise.resolve(1)), lanes.size]).toEqual([1, 0]);
});
