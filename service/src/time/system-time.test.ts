import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { systemTime } from "./system-time.ts";

test("seconds of UTC are those of its milliseconds, and monotonic time does not go back", () => {
  const beforeMs = systemTime.monotonicMs();
  const utcMs = systemTime.utcMs();
  expect(systemTime.utcS()).toBeGreaterThanOrEqual(Math.floor(utcMs / 1_000));
  expect(systemTime.monotonicMs()).toBeGreaterThanOrEqual(beforeMs);
});

test("a timer fires once, a repeated one until it is taken back", async () => {
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    const cancel = systemTime.every(1, () => {
      if (order.push("every") < 4) return;
      cancel();
      systemTime.after(5, resolve);
    });
    systemTime.after(0, () => void order.push("after"));
  });
  expect(order.filter((name) => name === "after")).toEqual(["after"]);
  expect(order).toHaveLength(4);
});

test("a timer that was taken back does not fire", async () => {
  let fired = false;
  systemTime.after(1, () => (fired = true))();
  await new Promise<void>((resolve) => void systemTime.after(5, resolve));
  expect(fired).toBe(false);
});

test("a timer beyond Node's longest waits instead of firing at once", async () => {
  let fired = false;
  const cancel = systemTime.after(2 ** 31 + 5, () => (fired = true));
  await new Promise<void>((resolve) => void systemTime.after(10, resolve));
  cancel();
  expect(fired).toBe(false);
});

test.each([-1, Number.NaN, Infinity])("refuses to wait for %s ms", (ms) => {
  expect(() => systemTime.after(ms, () => undefined)).toThrow(RangeError);
  expect(() => systemTime.every(ms, () => undefined)).toThrow(RangeError);
});

test("refuses to repeat more often than each millisecond or less often than Node can", () => {
  expect(() => systemTime.every(0, () => undefined)).toThrow(RangeError);
  expect(() => systemTime.every(2 ** 31, () => undefined)).toThrow(RangeError);
});

test("background timers let the process end", () => {
  const module = JSON.stringify(new URL("./system-time.ts", import.meta.url).href);
  const program = `import { systemTime } from ${module};
    systemTime.after(3_600_000, () => undefined, { background: true });
    systemTime.every(3_600_000, () => undefined, { background: true });`;
  execFileSync(process.execPath, ["--input-type=module", "-e", program], { timeout: 30_000 });
});
