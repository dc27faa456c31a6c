import { asMailAddress } from "@purrimeter/auth-api/mail-address";
import type { OpenAccounts } from "@purrimeter/auth/open-accounts";
import type { Time } from "@purrimeter/service/time";
import { ImportError } from "@purrimeter/store/import-owner";
import type { OwnerId } from "@purrimeter/store/owner-id";
import type { ImportOutcome, OwnerSource } from "@purrimeter/store/owner-source";
import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { DataFiles } from "../data-folder/data-files.ts";
import { withAccounts } from "../data-folder/open-accounts.ts";
import { withOperatorStore } from "../data-folder/open-registry.ts";
import { lockRun } from "../data-folder/run-lock.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import {
  accountRow,
  answerRow,
  channelRow,
  choiceRow,
  commandRow,
  assignmentRow,
  entryRow,
  eventRow,
  geofenceRow,
  holeRow,
  lostModeRow,
  ownershipRow,
  parsedRows,
  preferenceRow,
  rowsOf,
  ruleRow,
  totalRow,
} from "./archive-rows.ts";
import { openArchive, type OpenArchive } from "./open-archive.ts";

/** What was imported. */
export interface ImportedAccount {
  readonly account: string;
  readonly email: string;
  readonly tags: number;
  readonly geofences: number;
  readonly entries: number;
}

/** Reads an archive into a data folder on which nothing runs. What is refused changes nothing. */
export async function importAccount(
  files: DataFiles,
  path: string,
  time: Time,
): Promise<ImportedAccount | Failure> {
  const lock = lockRun(files.run);
  if (isFailure(lock)) return lock;
  try {
    const archive = await openArchive(path);
    if (isFailure(archive)) return archive;
    try {
      return await importOpened(files, archive, path, time);
    } catch (error) {
      const isTheirs =
        error instanceof z.ZodError || error instanceof SyntaxError || error instanceof ImportError;
      if (!isTheirs) throw error;
      return failed(`${path}: a row of it is none of ours, or does not fit the others; nothing was imported`);
    } finally {
      archive.close();
    }
  } finally {
    lock.release();
  }
}

async function importOpened(
  files: DataFiles,
  archive: OpenArchive,
  path: string,
  time: Time,
): Promise<ImportedAccount | Failure> {
  const [row] = await rowsOf(archive.lines("account/account.jsonl"), "account", accountRow);
  const email = row && asMailAddress(row.email);
  if (email === undefined) return failed(`${path}: it names no account`);
  const source = await sourceOf(archive);
  return withAccounts(files, time, async (opened) => {
    const known = await opened.accounts.findByMail(email);
    // Who began it may be anybody, and knows its password.
    if (known?.isMailVerified === false)
      return failed(`${path}: ${email} has an account here that is not verified`);
    const account = known?.id ?? (await createAccount(opened, email, time, source.preferences));
    const outcome = await withOperatorStore(files, time, ({ store }) =>
      store.importOwner(account as OwnerId, source),
    );
    if (isFailure(outcome)) return outcome;
    if (outcome.kind === "refused")
      return failed(`${path}: ${refusalOf(outcome, email)}; nothing was imported`);
    const { tags, geofences, entries } = outcome;
    return { account, email, tags, geofences, entries };
  });
}

function refusalOf({ reason, what }: Extract<ImportOutcome, { kind: "refused" }>, email: string): string {
  switch (reason) {
    case "has-data":
      return `${email} has tags or geofences here already`;
    case "tag-taken":
      return `the tag ${what} is registered here already, and an archive is no proof of having it`;
    case "geofence-taken":
      return `the geofence ${what} is here already, of another account`;
  }
}

/** The account has no password: its owner sets one with the mail of a reset. The mail's address was verified before. */
async function createAccount(
  { accounts, audit }: OpenAccounts,
  email: NonNullable<ReturnType<typeof asMailAddress>>,
  time: Time,
  preferences: OwnerSource["preferences"],
): Promise<string> {
  const nobodys = {
    salt: randomBytes(16),
    tag: randomBytes(32),
    cost: { memoryKiB: 19_456, passes: 2, lanes: 1 },
  };
  return audit.act(async () => {
    const created = await accounts.create({ mail: email, hash: nobodys, at: time.utcS() });
    if (created === "taken") throw new ImportError("the address has an account by now");
    await accounts.markMailVerified(created.id, time.utcS());
    if (preferences !== undefined) await accounts.setPreferences(created.id, preferences);
    audit.record({ event: "account.imported", account: created.id, actor: "" });
    return created.id;
  });
}

async function sourceOf(archive: OpenArchive): Promise<OwnerSource> {
  const data = (name: string) => archive.lines(`data/${name}.jsonl`);
  const ownerships = (await rowsOf(data("tags"), "ownership", ownershipRow))
    .map((row) => ({ ...row, name: row.name ?? row.tag }))
    .sort((a, b) => a.id - b.id);
  const paths = archive.manifest.files.map(({ path }) => path);
  const source = {
    ownerships,
    geofences: await rowsOf(data("geofences"), "geofence", geofenceRow),
    assignments: await rowsOf(data("geofences"), "assignment", assignmentRow),
    holes: await rowsOf(data("entries"), "hole", holeRow),
    answers: await rowsOf(data("command-answers"), "command_answer", answerRow),
    commands: await rowsOf(data("commands"), "command", commandRow),
    lostModes: await rowsOf(data("lost-modes"), "lost_mode", lostModeRow),
    totals: (await rowsOf(data("day-totals"), "day_total", totalRow)).filter(({ totals }) => totals !== null),
    choice: (await rowsOf(data("account"), "retention_choice", choiceRow))[0],
    ...(await alertsOf(data)),
    events: () => parsedRows(data("events"), "event", eventRow),
    entries: async function* (ownership: number) {
      const place = ownerships.findIndex(({ id }) => id === ownership);
      const folder = `tags/${ownerships[place]?.tag ?? ""}-${placeOf(ownerships, ownership)}/entries/`;
      for (const path of paths.filter((one) => one.startsWith(folder)).sort())
        for await (const row of parsedRows(archive.lines(path), "report", entryRow)) {
          if (row.ownership !== ownership) throw new ImportError("an entry is in another tag's file");
          yield row;
        }
    },
  };
  // The schemas give what the types ask for, but for the brands of times, places and numbers.
  return source as unknown as OwnerSource;
}

/** How the account is told. What could not be opened where the archive was made is left out. */
async function alertsOf(data: (name: string) => AsyncIterable<unknown>) {
  const rules = await rowsOf(data("alert-rules"), "alert_rule", ruleRow);
  const channels = await rowsOf(data("alert-channels"), "alert_channel", channelRow);
  const [said] = await rowsOf(data("account"), "owner_preference", preferenceRow);
  return {
    rules: rules.filter(({ rule }) => rule !== null),
    channels: channels.filter(
      ({ name, endpoint }) => name !== null && endpoint !== null && endpoint.kind !== "push",
    ),
    preferences: said && { language: said.language, timeZone: said.time_zone },
  };
}

/** As the archive counts: by tag, then by number. */
function placeOf(
  ownerships: readonly { readonly id: number; readonly tag: string }[],
  ownership: number,
): number {
  const order = ownerships.toSorted((a, b) => (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : a.id - b.id));
  return order.findIndex(({ id }) => id === ownership) + 1;
}
