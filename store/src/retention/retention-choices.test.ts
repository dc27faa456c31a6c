import { openDatabase } from "@purrimeter/database/open-database";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { OwnerId } from "../reading/owner-id.ts";
import { MIGRATIONS } from "../schema/migrations.ts";
import { RetentionChoices } from "./retention-choices.ts";

const BOUNDS = { minDays: 1, maxDays: 365, defaultDays: 90, formerDays: 365 };

test("for owners from before there was a choice, what held then goes on until they choose", () => {
  const folder = mkdtempSync(join(tmpdir(), "purrimeter-choice-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [path, key] = [join(folder, "locations.db"), Buffer.alloc(32, 1)];
  const isNew = ({ name }: { readonly name: string }): boolean => name === "retention by owner";
  const before = openDatabase({ path, key, migrations: MIGRATIONS.slice(0, MIGRATIONS.findIndex(isNew)) });
  before.exec(`INSERT INTO tag (id, registered_at) VALUES ('t', 0);
    INSERT INTO ownership (tag, owner, sealing_key, started_at, entries_from, name, fix_interval_s, report_interval_s)
    VALUES ('t', 'early', 1, 0, 0, x'', 1, 1);`);
  before.close();
  const database = openDatabase({ path, key, migrations: MIGRATIONS });
  onTestFinished(() => void database.close());
  const choices = new RetentionChoices(database);
  const [early, later] = ["early", "later"] as [OwnerId, OwnerId];
  expect(choices.of(early, BOUNDS)).toEqual({ days: 365, afterwards: "delete" });
  expect(choices.of(later, BOUNDS)).toEqual({ days: 90, afterwards: "delete" });
  for (const owner of [early, later]) choices.set(owner, { afterwards: "totals" });
  expect(choices.of(early, BOUNDS)).toEqual({ days: 365, afterwards: "totals" });
  expect(choices.of(later, BOUNDS)).toEqual({ days: 90, afterwards: "totals" });
  choices.set(early, { days: 30 });
  expect(choices.of(early, BOUNDS)).toEqual({ days: 30, afterwards: "totals" });
});
