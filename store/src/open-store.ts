import { composeErasure, type Writing } from "./compose-erasure.ts";
import { composeAlerts, composeAlertWork } from "./compose-alerts.ts";
import type { AlertWork } from "./alerts/alert-work.ts";
import { OutboxRows } from "./alerts/outbox-rows.ts";
import { Untelling } from "./alerts/untelling.ts";
import { composeReports } from "./compose-reports.ts";
import { composeRetention } from "./compose-retention.ts";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { StoreTrail, type StoreTrailOptions } from "./audit/store-trail.ts";
import { TrailView } from "./audit/trail-view.ts";
import type { LostWork } from "./lost/lost-mode.ts";
import { Arrivals } from "./live/arrivals.ts";
import { ArrivedReader } from "./live/arrived-entries.ts";
import type { ArrivalsView } from "./live/live-news.ts";
import type { CommandWork } from "./commands/command.ts";
import { composeCommands } from "./compose-commands.ts";
import { Assignments } from "./geofences/assign-geofence.ts";
import { ClockTable } from "@purrimeter/database/clock-table";
import { ChangeCount } from "@purrimeter/database/change-count";
import { TagClaims } from "./tags/claim-tag.ts";
import { AccountExports } from "./export/account-exports.ts";
import { openOwnerArchive } from "./export/open-owner-archive.ts";
import { importOwner } from "./export/import-owner.ts";
import type { ImportOutcome, OwnerSource } from "./reading/owner-source.ts";
import { OwnedHistory } from "./history/owned-history.ts";
import { RowDeletion } from "./erasure/row-deletion.ts";
import type { FinderReports } from "./tags/finder-reports.ts";
import { CacheInvalidation } from "@purrimeter/database/cache-invalidation";
import { prepareGeofences } from "./geofences/geofence-statements.ts";
import { checkKeyRing, sealedOwners, type SealedOwners } from "./sealing/check-key-ring.ts";
import { KeyCache } from "./sealing/key-cache.ts";
import type { KeyRing } from "@purrimeter/secrets/key-ring";
import { cutFutureTimes } from "./sqlite/future-times.ts";
import { MIGRATIONS } from "./schema/migrations.ts";
import { openDatabase, type Database } from "@purrimeter/database/open-database";
import { OwnedAnswers } from "./tags/owned-answers.ts";
import { OwnedGeofences } from "./geofences/owned-geofences.ts";
import { OwnedShares } from "./sharing/owned-shares.ts";
import { OwnedTags, prepareTags } from "./tags/owned-tags.ts";
import { OwnerKeys } from "./sealing/owner-keys.ts";
import type { OwnerId } from "./reading/owner-id.ts";
import type { OwnerView } from "./reading/owner-view.ts";
import { EventReader, prepareEvents } from "./reading/read-events.ts";
import { LocationReader } from "./reading/read-locations.ts";
import { checkPages, type PageCheck } from "@purrimeter/database/page-check";
import type { Log } from "@purrimeter/service/log";
import type { Time } from "@purrimeter/service/time";
import { PieceReader } from "./reading/read-pieces.ts";
import type { ReportStore } from "./recording/report-store.ts";
import type { Retention } from "./retention/retention.ts";
import { prepareShares } from "./sharing/share-statements.ts";
import { SqliteFinderReports } from "./sqlite/sqlite-finder-reports.ts";
import { SqliteOwnerView } from "./sqlite/sqlite-owner-view.ts";
import { SqliteTagRegistry } from "./sqlite/sqlite-tag-registry.ts";
import { SqliteViewerView } from "./sqlite/sqlite-viewer-view.ts";
import type { TagRegistry } from "./tags/tag-registry.ts";
import { TagSettings } from "./tags/tag-settings.ts";
import { prepareTransfers } from "./transfers/transfer-statements.ts";
import { Transfers } from "./transfers/transfers.ts";
import type { ViewerView } from "./reading/viewer-view.ts";
import { WalCheckpoint } from "@purrimeter/database/wal-checkpoint";
import { WriteTransaction } from "@purrimeter/database/write-transaction";

export interface OpenStoreOptions {
  /** Path of the database file; its folder must exist. */
  readonly path: string;
  /** 32 bytes, secret `database-key`. */
  readonly databaseKey: Buffer;
  readonly keyRing: KeyRing;
  readonly now: () => UnixSeconds;
  readonly monotonicMs: () => number;
  /** Whether anything may be deleted because it has expired; always unless given. */
  readonly isClockTrusted?: () => boolean;
  /** Whether anything may begin, or be promised for a time; always unless given. */
  readonly isClockPlausible?: () => boolean;
  /** Less free space than this and nothing is accepted; 32 MiB by default. */
  readonly minFreeBytes?: number;
  /** File that is given up on a full disk so that deleting still works; 8 MiB by default, 0 for none. */
  readonly reserveBytes?: number;
  /** As in OpenDatabaseOptions. */
  readonly mustExist?: boolean | undefined;
  readonly mayMigrate?: boolean | undefined;
  /** Called after each commit of reports and of what tags say of themselves. */
  readonly committed?: (() => void) | undefined;
  /** File that lists erased owners (see erasure-list.ts); none unless given. */
  readonly erasureList?: string | undefined;
  readonly installation?: string | undefined;
  /** With what the audit trail is written; without it nothing is recorded, as tests of other things need it. */
  readonly audit?: StoreTrailOptions | undefined;
}

/** One database of locations, with one object for each kind of user. */
export interface Store {
  readonly reports: ReportStore;
  /** What the bridge does with commands. */
  readonly commands: CommandWork;
  /** What the bridge does with lost modes. */
  readonly lost: LostWork;
  readonly registry: TagRegistry;
  readonly retention: Retention;
  readonly finderReports: FinderReports;
  /** What the process `alerts` does. */
  readonly alertWork: AlertWork;
  /** The last trusted time, and as of when retention deleted. */
  readonly clock: ClockTable;
  /** Cuts times that a clock which was ahead has written back to the present: while the clock is trusted. The number of rows. */
  cutFutureTimes(now: UnixSeconds): Promise<number>;
  /** Clears archives away: what a process that died left, and those whose time is over. */
  readonly exports: Pick<AccountExports, "recover" | "deleteOld">;
  /** Writes an archive into the rows of an owner who has none. No service may run meanwhile. */
  importOwner(owner: OwnerId, source: OwnerSource): Promise<ImportOutcome>;
  forOwner(owner: OwnerId): OwnerView;
  /** What others let that account see. */
  forViewer(viewer: OwnerId): ViewerView;
  /** Grows when something that a view shows may have changed, here or by another process. Costs microseconds. */
  changeCount(): Promise<number>;
  /** Of which ownerships there is news, for live streams. */
  readonly arrivals: ArrivalsView;
  /** Who did what to tags and who looked at them. */
  readonly trail: TrailView;
  /** After KeyRing.rotate: wraps the owner's sealing keys under the newest version. The number of keys. */
  rewrapKeys(owner: OwnerId): Promise<number>;
  /** Reads a row; rejects when the database cannot be read. */
  check(): Promise<void>;
  /** Reads every page, later and in the background (see page-check.ts); the caller stops it. */
  checkPages(log: Log, time: Time): PageCheck;
  /** Throws KeyRingError when the key ring is another installation's or lacks keys: to be called before anything is served. */
  checkKeyRing(): Promise<void>;
  /** What the key ring says of the owners of whom something is sealed here. */
  sealedOwners(): Promise<SealedOwners>;
  /** Takes all owners of the key ring for known: those whose keys were made before the database listed them, or lost it. */
  knowOwners(): Promise<void>;
  /**
   * Erases owners whose keys were destroyed and of whom something is here nevertheless: the database is an older copy, or
   * their keys were given up. The number of owners.
   */
  eraseAgain(): Promise<number>;
  /** Commits what waits, then closes. */
  close(): Promise<void>;
}

/** Opens or creates the store. Throws OpenDatabaseError (wrong key, newer schema). */
export function openStore(options: OpenStoreOptions): Store {
  const { path, databaseKey: key, mustExist, mayMigrate, installation } = options;
  const database = openDatabase({ path, key, migrations: MIGRATIONS, mustExist, mayMigrate, installation });
  return composeStore(database, options);
}

/** The store over a database that is open and has the schema; tests hand one in. */
export function composeStore(database: Database, options: OpenStoreOptions): Store {
  const keys = new KeyCache(database, options.keyRing, options.monotonicMs);
  const invalidation = new CacheInvalidation(database);
  const wal = new WalCheckpoint(database, options.path);
  const writes = new WriteTransaction(database, invalidation, wal);
  const trail = new StoreTrail(database, options.audit);
  const erasing = new RowDeletion(database, writes, wal);
  const ownerKeys = new OwnerKeys({ database, keyRing: options.keyRing, keys, writes, trail });
  const { reports, commits, commands, lost } = composeReports(database, options, keys, invalidation, wal);
  const changes = new ChangeCount(database);
  invalidation.onStale(() => {
    keys.doubt();
  });
  const { now, path: databasePath } = options;
  const exports = new AccountExports({ database, databasePath, keys: ownerKeys, writes, trail, now });
  const views = composeViews(database, options, keys, ownerKeys, { writes, erasing, trail, wal, exports });
  const { keyRing, path, installation } = options;
  const importing = { database, keys: ownerKeys, settings: new TagSettings(database), trail, now };
  return {
    reports,
    commands,
    lost,
    registry: new SqliteTagRegistry(database, writes, trail),
    clock: new ClockTable(database),
    cutFutureTimes: (now) => Promise.try(() => cutFutureTimes(database, writes, now)),
    ...views,
    exports,
    importOwner: (owner, source) => importOwner(importing, owner, source),
    checkPages: (log, time) => checkPages({ path, key: options.databaseKey, log, time }),
    checkKeyRing: () => checkKeyRing({ database, path, installation }, keyRing),
    sealedOwners: () => sealedOwners(database, keyRing),
    knowOwners: () => ownerKeys.knowAll(),
    eraseAgain: async () => {
      const { erased } = await sealedOwners(database, keyRing);
      for (const owner of erased) await views.forOwner(owner).eraseOwner();
      return erased.length;
    },
    trail: new TrailView(database, trail),
    changeCount: () => Promise.try(() => changes.read()),
    rewrapKeys: (owner) => ownerKeys.rewrap(owner),
    check: () => Promise.try(() => void database.prepare("SELECT id FROM tag LIMIT 1").get()),
    close: () =>
      Promise.try(() => {
        commits.drain();
        trail.close();
        keys.close();
        database.close();
      }),
  };
}

/** The statements of the views: prepared once for all accounts. */
function prepareViews(database: Database) {
  return {
    tags: prepareTags(database),
    geofences: prepareGeofences(database),
    events: prepareEvents(database),
    shares: prepareShares(database),
    transfers: prepareTransfers(database),
  };
}

function composeViews(
  database: Database,
  options: OpenStoreOptions,
  cache: KeyCache,
  keys: OwnerKeys,
  writing: Writing,
): Pick<Store, "alertWork" | "arrivals" | "forOwner" | "forViewer" | "finderReports" | "retention"> {
  const { now, isClockTrusted = () => true, isClockPlausible = () => true } = options;
  const { writes, erasing, trail, wal, exports } = writing;
  const settings = new TagSettings(database);
  const assignments = new Assignments(database, settings);
  const claims = new TagClaims(database, keys, writes, settings, trail);
  const erasure = composeErasure(database, options, cache, settings, writing);
  const history = new OwnedHistory({ database, keys, writes, wal, trail, monotonicMs: options.monotonicMs });
  const pieces = new PieceReader(database, keys);
  const locations = new LocationReader(database, pieces, options.monotonicMs);
  const { monotonicMs } = options;
  const { ownedRetention, retention } = composeRetention({
    ...{ database, writes, keys, pieces, erasing, trail, monotonicMs },
  });
  const finderReports = new SqliteFinderReports(database, cache, writes, now);
  const statements = prepareViews(database);
  const answers = new OwnedAnswers(database);
  const arrivals = new Arrivals(database);
  const arrived = new ArrivedReader(arrivals, pieces, monotonicMs);
  const alertsOf = composeAlerts({ database, keys, writes, trail, now });
  const [outbox, untelling] = [new OutboxRows(database), new Untelling(database)];
  const telling = composeCommands(database, { settings, writes, trail, outbox, now, isClockPlausible });
  const common = {
    ...{ answers, arrived, outbox, untelling, keys, writes, now, isClockTrusted, isClockPlausible },
    ...{ locations, trail, ...telling },
  };
  const forOwner = (owner: OwnerId): OwnerView => {
    const tags = new OwnedTags({ statements: statements.tags, owner, keys, writes, settings, trail });
    const parts = { ...common, owner, tags };
    const geofences = new OwnedGeofences({ ...parts, statements: statements.geofences, assignments });
    const events = new EventReader(statements.events, owner, tags, keys, pieces);
    const shares = new OwnedShares({ ...parts, statements: statements.shares });
    const transfers = new Transfers({ ...parts, statements: statements.transfers, claims });
    const archive = () => openOwnerArchive(database, keys, owner);
    const kinds = {
      ...{ geofences, events, claims, shares, transfers, finderReports, erasure, history, exports, archive },
      ...{ retention: ownedRetention, alerts: alertsOf(owner) },
    };
    return new SqliteOwnerView({ ...parts, ...kinds });
  };
  const forViewer = (viewer: OwnerId): ViewerView =>
    new SqliteViewerView({ ...common, statements: statements.shares, viewer });
  const alertWork = composeAlertWork({
    ...{ database, keys, writes, trail, now, cache, locations },
  });
  return { alertWork, arrivals, forOwner, forViewer, finderReports, retention };
}
