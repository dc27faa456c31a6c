import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "@purrimeter/service/log";
import { afterEach, beforeEach, expect, it } from "vitest";
import { MetricsFile } from "./metrics-file.ts";

let folder: string;
let lines: string[];
let file: MetricsFile;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "metrics-"));
  lines = [];
  const log = createLog("bridge", { write: (line: string) => void lines.push(line) });
  file = new MetricsFile(join(folder, "run", "bridge.prom"), log);
});
afterEach(() => rmSync(folder, { recursive: true }));

it("replaces the file as a whole", () => {
  mkdirSync(join(folder, "run"));
  file.write("a 1\n");
  file.write("a 2\n");
  expect(readFileSync(join(folder, "run", "bridge.prom"), "utf8")).toBe("a 2\n");
  expect(readdirSync(join(folder, "run"))).toEqual(["bridge.prom"]);
  expect(statSync(join(folder, "run", "bridge.prom")).mode & 0o777).toBe(0o640);
});

it("says once what keeps it from writing, and goes on when it can", () => {
  file.write("a 1\n");
  file.write("a 2\n");
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { event: "metrics.fault", code: "ENOENT" },
  ]);
  mkdirSync(join(folder, "run"));
  file.write("a 3\n");
  rmSync(join(folder, "run"), { recursive: true });
  file.write("a 4\n");
  expect(lines).toHaveLength(2);
});
