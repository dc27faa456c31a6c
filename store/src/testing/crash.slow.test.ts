import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { createClaimCode } from "../tags/claim-code.ts";
import { ADA, NOON } from "./contract-values.ts";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";
import { openStore, type Store } from "../open-store.ts";
import { storedNumbers } from "./store-harness.ts";

const TAGS = 8;
const ROUNDS = 10 * inject("testTimes");
const WRITER = join(import.meta.dirname, "crash-writer.ts");

function open(folder: string): Store {
  return openStore({
    path: join(folder, "locations.db"),
    databaseKey: Buffer.alloc(32, 1),
    keyRing: openSealedKeyFile(join(folder, "owners.keys"), Buffer.alloc(32, 2)),
    now: () => NOON,
    monotonicMs: () => performance.now(),
  });
}

/** Runs the writer until it has written so many lines, kills it, and returns what was acknowledged by tag. */
function acknowledgedBeforeKill(folder: string, lines: number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [WRITER, folder, String(TAGS)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (output.split("\n").length > lines) child.kill("SIGKILL");
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (signal !== "SIGKILL") reject(new Error(`the writer ended by itself (${code})`));
      else resolve(throughOf(output));
    });
  });
}

function throughOf(output: string): Map<string, number> {
  const through = new Map<string, number>();
  for (const line of output.split("\n").slice(0, -1)) {
    const [tag = "", number] = line.split(" ");
    through.set(tag, Number(number));
  }
  return through;
}

test("after kill -9 all that was acknowledged is there, and nothing twice", async () => {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-crash-"));
  const store = open(folder);
  for (let i = 0; i < TAGS; i++) {
    const code = createClaimCode();
    await store.registry.register(`tag-${i}` as TagId, code, NOON);
    await store.forOwner(ADA).claim(code, `cat ${i}`);
  }
  await store.close();
  for (let round = 0; round < ROUNDS; round++) {
    const acknowledged = await acknowledgedBeforeKill(folder, 50 + 97 * (round % 10));
    expect(acknowledged.size).toBe(TAGS);
    const again = open(folder);
    for (const [tag, through] of acknowledged) {
      const numbers = await storedNumbers(again.forOwner(ADA), tag as TagId);
      expect(numbers.length).toBeGreaterThanOrEqual(through);
      expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i + 1));
    }
    await again.close();
  }
  rmSync(folder, { recursive: true });
});
