import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { bundleBoard } from "./bundle-board.ts";

it("the board's program carries the date of its build", async () => {
  const folder = mkdtempSync(join(tmpdir(), "moddable-"));
  try {
    await bundleBoard(folder, 1_893_456_001);
    expect(readFileSync(join(folder, "main.js"), "utf8")).toContain("new Board(1893456001)");
    expect(readFileSync(join(folder, "tag.js"), "utf8")).not.toContain("BUILT_AT_S");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
