import { openToRead, type Database } from "@purrimeter/database/open-database";
import type { Time } from "@purrimeter/service/time";
import type { KeyRing } from "@purrimeter/secrets/key-ring";
import type { DataFiles } from "./data-files.ts";
import { readDataFormat, writeDataFormat } from "./data-format.ts";
import { withAccounts } from "./open-accounts.ts";
import { OPERATOR } from "./operator.ts";
import { withData } from "./with-data.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";

/** Random ids of accounts, as each part knows them. */
interface Accounts {
  readonly open: ReadonlySet<string>;
  /** Closed, and listed until everything of them is erased. */
  readonly closed: ReadonlySet<string>;
}

interface Owners {
  /** Of whom something is sealed in locations.db. */
  readonly sealed: readonly string[];
  /** For whom a key was made, as locations.db knows; undefined as long as it has no list of them. */
  readonly known: ReadonlySet<string> | undefined;
  readonly withKey: ReadonlySet<string>;
  readonly erased: ReadonlySet<string>;
  readonly belongs: "this" | "another" | "unsaid";
}

/**
 * Finds copies that do not belong together: an account database or a key ring without owners of the locations' database,
 * and one of those that is older than the key ring. Accounts whose keys were destroyed are closed again. What cannot be
 * opened is left to the services, which say why. `acceptLoss`: notes what is missing as lost and goes on.
 */
export async function compareCopies(
  files: DataFiles,
  time: Time,
  acceptLoss: boolean,
): Promise<Failure | undefined> {
  const accounts = await look(() => readAccounts(files));
  const owners = accounts && (await look(() => readOwners(files)));
  if (accounts === undefined || owners === undefined) return undefined;
  const refused =
    refuseKeyRing(files, owners) ?? (acceptLoss ? undefined : refuseOlder(files, accounts, owners));
  if (refused !== undefined) return refused;
  const unaccepted = acceptLoss ? await accept(files, orphansIn(files, accounts, owners), time) : undefined;
  return unaccepted ?? closeAgain(files, time, accounts, owners);
}

/** What does not belong together, without changing anything; "unknown" when something cannot be opened. */
export async function faultOfCopies(files: DataFiles): Promise<Failure | "unknown" | undefined> {
  const accounts = await look(() => readAccounts(files));
  const owners = accounts && (await look(() => readOwners(files)));
  if (accounts === undefined || owners === undefined) return "unknown";
  return refuseKeyRing(files, owners) ?? refuseOlder(files, accounts, owners);
}

/** undefined when something cannot be opened. */
async function look<Result extends object>(
  read: () => Promise<Result | Failure>,
): Promise<Result | undefined> {
  try {
    const result = await read();
    return isFailure(result) ? undefined : result;
  } catch (error) {
    // A database that is damaged, or a disk at fault: the service that opens it says so.
    if (String((error as { code?: unknown }).code).startsWith("SQLITE_")) return undefined;
    throw error;
  }
}

function readAccounts(files: DataFiles): Promise<Accounts | Failure> {
  const holder = { name: "auth", usesOwnerKeys: false };
  return withData(
    files,
    {
      holder,
      open: (secrets) => opened(openToRead(files.accounts, secrets.readKey("database-key"))),
    },
    (database) =>
      Promise.resolve({
        open: new Set(idsIn(database, "account", "id")),
        closed: new Set(idsIn(database, "erasure", "account")),
      }),
  );
}

function readOwners(files: DataFiles): Promise<Owners | Failure> {
  const format = readDataFormat(files);
  const installation = format === undefined || isFailure(format) ? undefined : format.installation;
  return withData(
    files,
    {
      holder: OPERATOR,
      open: (secrets) => {
        const database = openToRead(files.locations, secrets.readKey("database-key"));
        const keyRing = secrets.keyRing(files.keyRing);
        return { resource: { database, keyRing }, close: () => Promise.try(() => void database.close()) };
      },
    },
    async ({ database, keyRing }) => ({
      sealed: idsIn(database, "sealing_key", "owner"),
      known: knownIn(database),
      ...(await ringOf(keyRing, installation)),
    }),
  );
}

async function ringOf(
  keyRing: KeyRing,
  installation: string | undefined,
): Promise<Pick<Owners, "withKey" | "erased" | "belongs">> {
  return {
    withKey: new Set(await keyRing.owners()),
    erased: new Set(await keyRing.erased()),
    belongs: installation === undefined ? "unsaid" : await keyRing.belongsTo(installation),
  };
}

function opened(database: Database): { resource: Database; close: () => Promise<void> } {
  return { resource: database, close: () => Promise.try(() => void database.close()) };
}

function hasTable(database: Database, table: string): boolean {
  return database.prepare("SELECT 1 FROM sqlite_master WHERE name = ?").get(table) !== undefined;
}

/** Nothing of a table that an older schema does not have. */
function idsIn(database: Database, table: string, column: string): string[] {
  if (!hasTable(database, table)) return [];
  return database.prepare<[], string>(`SELECT DISTINCT ${column} FROM ${table}`).pluck().all();
}

function knownIn(database: Database): ReadonlySet<string> | undefined {
  if (!hasTable(database, "known_owner")) return undefined;
  const isComplete = database.prepare("SELECT knows_owners FROM installation").pluck().get() === 1;
  return isComplete ? new Set(idsIn(database, "known_owner", "id")) : undefined;
}

function refuseKeyRing(files: DataFiles, owners: Owners): Failure | undefined {
  if (owners.belongs === "another")
    return failed(`the key ring ${files.keyRing} belongs to another installation: restore this one's own`);
  const missing = owners.sealed.filter((owner) => !owners.withKey.has(owner) && !owners.erased.has(owner));
  if (missing.length === 0) return undefined;
  return failed(
    `the key ring ${files.keyRing} lacks the keys of ${missing.length} of ${owners.sealed.length} owners of locations.db: ` +
      'restore its newest copy, or give up what they sealed with "purrimeter keys forget --lost"',
  );
}

function refuseOlder(files: DataFiles, accounts: Accounts, owners: Owners): Failure | undefined {
  const orphans = orphansIn(files, accounts, owners).length;
  const unknown = [...owners.withKey].filter(
    (owner) => accounts.open.has(owner) && owners.known?.has(owner) === false,
  ).length;
  const help = "restore its newest copy, or start once with --accept-loss";
  if (orphans > 0)
    return failed(
      `${files.accounts} does not know ${orphans} of ${owners.sealed.length} owners of locations.db, so it is an older copy: ${help}`,
    );
  if (unknown > 0)
    return failed(
      `${files.locations} does not know ${unknown} of ${owners.withKey.size} owners with keys, so it is an older copy: ${help}`,
    );
  return undefined;
}

/** Owners without an account, whose loss nobody accepted. */
function orphansIn(files: DataFiles, { open, closed }: Accounts, { sealed, erased }: Owners): string[] {
  const format = readDataFormat(files);
  const accepted = format === undefined || isFailure(format) ? [] : (format.acceptedOwners ?? []);
  return sealed.filter(
    (owner) => !open.has(owner) && !closed.has(owner) && !erased.has(owner) && !accepted.includes(owner),
  );
}

async function accept(
  files: DataFiles,
  orphans: readonly string[],
  time: Time,
): Promise<Failure | undefined> {
  const format = readDataFormat(files);
  if (orphans.length > 0 && format !== undefined && !isFailure(format))
    writeDataFormat(files, { ...format, acceptedOwners: [...(format.acceptedOwners ?? []), ...orphans] });
  const { withOperatorStore } = await import("./open-registry.ts");
  const noted = await withOperatorStore(files, time, async ({ store }) => {
    await store.knowOwners();
    return {};
  });
  return isFailure(noted) ? noted : undefined;
}

/** The account database is an older copy: these were closed since, and nobody may log in to them again. */
async function closeAgain(
  files: DataFiles,
  time: Time,
  { open }: Accounts,
  { erased, known }: Owners,
): Promise<Failure | undefined> {
  const returned = [...open].filter((account) => erased.has(account));
  if (returned.length > 0) {
    const closed = await withAccounts(files, time, async ({ erasures, audit }) => {
      for (const account of returned) {
        await erasures.begin(account);
        audit.record({ event: "account.closed", account });
      }
      return (await audit.flush()) ? {} : failed("the audit trail cannot be written");
    });
    if (isFailure(closed)) return closed;
  }
  return known === undefined ? accept(files, [], time) : undefined;
}
