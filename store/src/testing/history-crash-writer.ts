import { join } from "node:path";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";
import { openStore } from "../open-store.ts";
import { ADA, later, NOON, TAG } from "./contract-values.ts";

/**
 * The process of history-crash.slow.test.ts: erases a stretch of ten days, or writes an archive, and kills itself when a clock
 * of the store's is asked for the given time, which is before each of its steps.
 */
const [folder = "", task = "", step = "0"] = process.argv.slice(2);
let asked = 0;

function dieAt<Value>(value: Value): Value {
  if (++asked === Number(step)) process.kill(process.pid, "SIGKILL");
  return value;
}

const store = openStore({
  path: join(folder, "locations.db"),
  databaseKey: Buffer.alloc(32, 1),
  keyRing: openSealedKeyFile(join(folder, "owners.keys"), Buffer.alloc(32, 2)),
  now: () => dieAt(NOON),
  // Each slice is over at once, so that there is a step for each day.
  monotonicMs: () => dieAt(10 * asked),
});
const ada = store.forOwner(ADA);
if (task === "erase") await ada.eraseStretch(TAG, { from: later(NOON, 86_400), to: later(NOON, 9 * 86_400) });
else {
  const archive = await ada.beginExport();
  if (typeof archive === "string" || !("id" in archive)) throw new Error("no archive was begun");
  for (let i = 0; i < 5; i++) await archive.write(Buffer.alloc(100_000, i));
  await archive.finish();
}
await store.close();
