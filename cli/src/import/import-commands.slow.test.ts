import type { TagId } from "@purrimeter/protocol/values";
import { systemTime } from "@purrimeter/service/system-time";
import type { CommandKind, CommandsView, TagCommand } from "@purrimeter/store/command";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DataFiles } from "../data-folder/data-files.ts";
import {
  BEGIN,
  claim,
  DAY_S,
  filesOf,
  inStore,
  installation,
  record,
  writeTo,
  type OpenStore,
} from "../testing/archived-accounts.ts";
import { runMain } from "../testing/run-main.ts";

const [ADA, BOB] = ["ada", "bob"] as [OwnerId, OwnerId];
const [MIMI, FIPS, TOM] = ["mimi", "fips", "tom"] as [TagId, TagId, TagId];

let room: string;
let there: DataFiles;
let here: DataFiles;
let archive: string;

beforeEach(async () => {
  room = mkdtempSync(join(tmpdir(), "purrimeter-import-"));
  [there, here] = [installation(room, "there"), installation(room, "here")];
  archive = join(room, "account.zip");
  await inStore(there, ({ store }) => fill(store));
});
afterEach(() => rmSync(room, { recursive: true }));

/** Two tags of Ada's and one of Bob's, whom she lets give commands. */
async function fill(store: OpenStore): Promise<void> {
  for (const tag of [MIMI, FIPS]) await claim(store, ADA, tag);
  await claim(store, BOB, TOM);
  const rights = { alerts: false, commands: true };
  const draft = { kind: "live", name: "Bob", rights, endsAt: undefined, historyFrom: undefined } as const;
  const invited = await store.forOwner(ADA).inviteViewer(MIMI, draft);
  if (invited.kind === "refused") throw new Error(invited.reason);
  await store.forViewer(BOB).acceptShare(invited.code);
  await fillCommands(store);
  const lost = { intervalS: 60, hasSound: true, floorPercent: 10, until: undefined };
  for (const tag of [MIMI, FIPS]) await store.forOwner(ADA).setLost(tag, lost);
  await store.forOwner(ADA).endLost(MIMI);
}

/** A buzz that another replaced, which the tag has done, and what the tag is still to do. */
async function fillCommands(store: OpenStore): Promise<void> {
  const [ada, bob] = [store.forOwner(ADA), store.forViewer(BOB)];
  await give(ada, "buzz");
  const answered = await give(bob, "buzz");
  const answer = { kind: "answer", at: BEGIN + 95 * DAY_S, command: answered, outcome: "done" };
  await record(store, MIMI, 1, [answer]);
  await give(ada, "locate");
  await give(ada, "light");
  await give(bob, "live");
}

async function give(by: CommandsView, kind: CommandKind): Promise<number> {
  const expiresAt = (systemTime.utcS() + 3_600) as never;
  const seconds = kind === "locate" ? 0 : 5;
  const outcome = await by.giveCommand(MIMI, { kind, seconds, expiresAt, idempotencyKey: undefined });
  if (outcome.kind === "refused") throw new Error(outcome.reason);
  return outcome.command.id;
}

/** Of Mimi's tag. */
async function commandsOf(store: OpenStore, owner: OwnerId): Promise<readonly TagCommand[]> {
  const commands = await store.forOwner(owner).commands(MIMI);
  if (commands === "not-found") throw new Error(commands);
  return commands;
}

/** Writes the archive of an account there and imports it here; the account's id. */
async function moved(account: OwnerId): Promise<OwnerId> {
  await inStore(there, ({ store }) => writeTo(archive, store, account));
  const { exitCode, stdout, stderr } = await runMain("import", archive, "--data", here.folder, "--json");
  expect([exitCode, stderr]).toEqual([0, ""]);
  return (JSON.parse(stdout) as { readonly account: OwnerId }).account;
}

test("an import brings what became of commands and lost modes, and nothing that a tag is still to do", async () => {
  const before = await inStore(there, ({ store }) => commandsOf(store, ADA));
  expect(before.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    "live pending",
    "light pending",
    "locate pending",
    "buzz done",
    "buzz replaced",
  ]);
  const account = await moved(ADA);
  await inStore(here, async ({ store }) => {
    expect(await commandsOf(store, account)).toEqual(before.slice(3));
    expect(before.slice(3).map(({ isOwners }) => isOwners)).toEqual([false, true]);
    const now = systemTime.utcS() as never;
    expect(await store.commands.openCommands(MIMI, now)).toEqual([]);
    const { commands } = await store.arrivals.newest();
    expect(await store.forOwner(account).commandsSince(MIMI, commands)).toEqual([]);
    const view = store.forOwner(account);
    expect(await view.lost(MIMI)).toMatchObject({
      lost: { intervalS: 60, hasSound: true, floorPercent: 10, ended: { by: "owner" } },
    });
    expect(await view.lost(FIPS)).toMatchObject({ lost: undefined });
    expect((await store.reports.wantedSettings(FIPS))?.lost).toBeUndefined();
  });
});

test("an import of somebody who gave commands to a tag of another has no commands for one's own", async () => {
  const account = await moved(BOB);
  expect((await filesOf(archive)).get("data/commands.jsonl")).toContain('"tag":"mimi"');
  await inStore(here, async ({ store }) => {
    expect(await store.forOwner(account).commands(TOM)).toEqual([]);
    expect(await store.forOwner(account).commands(MIMI)).toBe("not-found");
  });
});
