import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { writeToFiles } from "./line-log.ts";

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "purrimeter-log-")), "log");
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(join(folder, ".."), { recursive: true });
});

test("each service has its own file, for its owner only", () => {
  const write = writeToFiles(folder);
  for (const [service, line] of [
    ["auth", "one"],
    ["bridge", "two"],
    ["auth", "three"],
  ] as const)
    write(service, line);
  expect(readFileSync(join(folder, "auth.log"), "utf8")).toBe("one\nthree\n");
  expect(readFileSync(join(folder, "bridge.log"), "utf8")).toBe("two\n");
  expect(statSync(join(folder, "auth.log")).mode & 0o777).toBe(0o600);
});

test("a large file makes room and one former file is kept", () => {
  const write = writeToFiles(folder);
  write("auth", "first");
  expect(existsSync(join(folder, "auth.log.1"))).toBe(false);
  truncateSync(join(folder, "auth.log"), 10_000_001);
  write("auth", "second");
  expect(readFileSync(join(folder, "auth.log"), "utf8")).toBe("second\n");
  expect(statSync(join(folder, "auth.log.1")).size).toBe(10_000_001);
});

test("security events have a file of their own, which other lines do not push out", () => {
  const write = writeToFiles(folder);
  const event = JSON.stringify({ service: "bridge", event: "security", reason: "accept-rate" });
  write("bridge", event);
  for (let i = 0; i < 3; i++) {
    truncateSync(join(folder, "bridge.log"), 10_000_001);
    write("bridge", JSON.stringify({ event: "request.answered" }));
  }
  expect(readFileSync(join(folder, "security.log"), "utf8")).toBe(`${event}\n`);
  expect(statSync(join(folder, "security.log")).mode & 0o777).toBe(0o600);
});

test("a full disk sends lines to stderr and ends nothing", () => {
  const written: unknown[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((line) => written.push(line) > 0);
  const write = writeToFiles(folder);
  // Every write to this device finds the disk full.
  symlinkSync("/dev/full", join(folder, "bridge.log"));
  write("bridge", "still here");
  expect(written).toEqual(["still here\n"]);
});
