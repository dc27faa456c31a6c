import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processesOf } from "../running-purrimeter.ts";
import type { Outcome } from "./attack.ts";

const MAIN = join(import.meta.dirname, "main.ts");

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "purrimeter-weakened-"))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs attacks with a temporary folder of their own; what they said, after it was made sure that nothing is left. */
async function attack(...args: readonly string[]): Promise<{ code: number | null; outcomes: Outcome[] }> {
  const env = { ...process.env, TMPDIR: folder };
  const { code, stdout } = await new Promise<{ code: number | null; stdout: string }>((resolve) => {
    const child = execFile(process.execPath, [MAIN, "--json", ...args], { env }, (_error, out) =>
      resolve({ code: child.exitCode, stdout: out }),
    );
  });
  expect(readdirSync(folder)).toEqual([]);
  expect(existsSync("/proc") ? processesOf(folder) : []).toEqual([]);
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  return { code, outcomes: lines.map((line) => JSON.parse(line) as Outcome) };
}

const MANY = 1_000_000;
const bucket = { burst: 1_000_000_000, perDay: 1_000_000_000 };

test.each([
  [
    "clones",
    /sessions of one certificate began/,
    { bridge: { sessionsPerCertificate: { burst: MANY, perMinute: MANY } } },
  ],
  [
    "kept-at-api",
    /one address holds [1-4]\d\d connections, not 128 at most/,
    { api: { maxConnectionsPerAddress: MANY } },
  ],
  ["transition-flood", /were all stored/, { bridge: { quotas: { entries: bucket, rows: bucket } } }],
])("%s succeeds when its limit is taken away, and is told", async (name, came, settings) => {
  const { code, outcomes } = await attack("--only", name, "--settings", JSON.stringify(settings));
  expect(outcomes).toMatchObject([{ name, held: false, came: expect.stringMatching(came) as string }]);
  expect(code).toBe(1);
});

test("an attack that does not end is named at the deadline, and everything is ended", async () => {
  const { code, outcomes } = await attack("--only", "unread-pipelines", "--deadline", "1");
  expect(outcomes).toMatchObject([{ held: false, came: "not ended 1 s after the start" }]);
  expect(code).toBe(1);
});
