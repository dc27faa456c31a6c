import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runMain } from "../testing/run-main.ts";

const folder = mkdtempSync(join(tmpdir(), "purrimeter-warnings-"));
afterAll(() => rmSync(folder, { recursive: true }));

const HEADER = "tag_id,timestamp,location_long,location_lat";

/** A cat that lies at home for half an hour, a row a minute; `order` gives the minutes as the file has them. */
function tracks(name: string, order: readonly number[]): string {
  const path = join(folder, name);
  const rows = order.map((i) => `mimi,${new Date(1_500_000_000_000 + i * 60_000).toISOString()},7,50`);
  writeFileSync(path, [HEADER, ...rows, ""].join("\n"));
  return path;
}

const MINUTES = Array.from({ length: 30 }, (_, i) => i);
const SORTED = tracks("sorted.csv", MINUTES);
const BACKWARDS = tracks("backwards.csv", MINUTES.toReversed());

describe("replay warns", () => {
  it("of rows that are out of time order, with --json too", async () => {
    for (const flags of [[], ["--json"]]) {
      const { stderr, exitCode } = await runMain("replay", "--tracks", BACKWARDS, ...flags);
      expect(exitCode).toBe(0);
      expect(stderr).toContain("29 fixes of 1 tracks are older than one before them in the file");
    }
    expect((await runMain("replay", "--tracks", SORTED)).stderr).not.toContain("older than");
    expect((await runMain("replay", "--tracks", BACKWARDS, "--paced")).stderr).not.toContain("older than");
  });

  it("of zones that are too small for the receiver, with --json too", async () => {
    for (const flags of [[], ["--json"], ["--paced"]]) {
      const { stderr, exitCode } = await runMain("replay", "--tracks", SORTED, "--radius", "15", ...flags);
      expect(exitCode).toBe(0);
      expect(stderr).toMatch(
        /^geofence home: At its deepest it is 15 m .* \(it claims 8 m\): expect a wrong side or none \d+ %/m,
      );
    }
    expect((await runMain("replay", "--tracks", SORTED, "--radius", "150")).stderr).not.toContain(
      "too small",
    );
  });

  it("of each zone once, however many tracks there are", async () => {
    const many = join(folder, "many.csv");
    const rows = ["a", "b", "c"].flatMap((tag) =>
      MINUTES.map((i) => `${tag},${new Date(1_500_000_000_000 + i * 60_000).toISOString()},7,50`),
    );
    writeFileSync(many, [HEADER, ...rows, ""].join("\n"));
    const { stderr } = await runMain("replay", "--tracks", many, "--radius", "15");
    expect(stderr.match(/too small/g)).toHaveLength(1);
    expect(stderr).toContain("geofence home (3 of 3 tracks; the worst is a):");
  });
});
