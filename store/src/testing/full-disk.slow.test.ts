import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deleteBefore } from "./delete-before.ts";
import { ADA, fixes, later, NOON, receivedAt, TAG } from "./contract-values.ts";
import { openSqliteHarness } from "./sqlite-harness.ts";
import { claimed, recorded, storedNumbers } from "./store-harness.ts";

const DISK_BYTES = 6 * 1_048_576;

/** A small disk of its own; undefined where this user may not mount one. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_BYTES},mode=700`, "tmpfs", folder], {
      stdio: "ignore",
    });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined; // the test below is reported as skipped, with the reason in its name
  }
}

let disk: string | undefined;
beforeAll(() => {
  disk = mountSmallDisk();
});
afterAll(() => {
  if (disk === undefined) return;
  execFileSync("umount", [disk]);
  rmSync(disk, { recursive: true });
});

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

test("on a disk that fills up nothing acknowledged is lost, deleting works, and it goes on (needs mount)", async (context) => {
  if (disk === undefined) return context.skip("mounting a tmpfs is not permitted here");
  const harness = openSqliteHarness({ folder: disk, reserveBytes: 1_048_576 });
  const view = await claimed(harness, ADA, TAG);
  const ballast = join(disk, "ballast");
  let through = 0;
  const next = () => harness.store.reports.recordReport(TAG, fixes(through + 1, through + 100), receivedAt());
  for (let outcome = await next(); outcome.kind === "stored"; outcome = await next()) {
    through = outcome.through;
    // Others fill the disk too, in the middle of everything.
    if (through === 1_000) writeFileSync(ballast, Buffer.alloc(Math.max(0, freeBytes(disk) - 300_000)));
  }
  expect(through).toBeGreaterThan(1_000);
  expect(await next()).toEqual({ kind: "refused", reason: "storage-full" });
  expect((await storedNumbers(view, TAG)).length).toBe(through);
  expect(existsSync(`${harness.path}.reserve`)).toBe(false);

  expect(await deleteBefore(harness.store, later(NOON, 86_400))).toBeGreaterThan(0);
  rmSync(ballast);
  harness.passMs(1_001);
  const resumed = await recorded(harness, TAG, fixes(through + 1, through + 100));
  expect(resumed).toMatchObject({ through: through + 100, stored: 100, duplicates: 0 });
  await harness.close();
  return undefined;
});
