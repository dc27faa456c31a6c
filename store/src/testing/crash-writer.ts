import { writeSync } from "node:fs";
import { join } from "node:path";
import type { TagId } from "@purrimeter/protocol/values";
import { fixes, NOON, receivedAt } from "./contract-values.ts";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";
import { openStore } from "../open-store.ts";

/**
 * The process that crash.slow.test.ts kills: records overlapping reports of some tags without end and writes a line
 * "tag through" for each acknowledgement, at once.
 */
const [folder = "", tags = "0"] = process.argv.slice(2);

const store = openStore({
  path: join(folder, "locations.db"),
  databaseKey: Buffer.alloc(32, 1),
  keyRing: openSealedKeyFile(join(folder, "owners.keys"), Buffer.alloc(32, 2)),
  now: () => NOON,
  monotonicMs: () => performance.now(),
});

async function run(tag: TagId): Promise<never> {
  for (let through = 0; ;) {
    const first = Math.max(1, through - 1);
    const outcome = await store.reports.recordReport(tag, fixes(first, first + 4), receivedAt());
    if (outcome.kind === "refused") throw new Error(outcome.reason);
    through = outcome.through;
    writeSync(1, `${tag} ${through}\n`);
  }
}

for (let i = 0; i < Number(tags); i++) void run(`tag-${i}` as TagId);
