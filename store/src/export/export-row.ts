import type { AlertEndpoint } from "../alerts/alert-channel.ts";
import { openAlert } from "../alerts/alert-rows.ts";
import { openChannel } from "../alerts/channel-rows.ts";
import { openRule } from "../alerts/rule-rows.ts";
import { openGeofence } from "../geofences/geofence-content.ts";
import type { TagId } from "@purrimeter/protocol/values";
import { readPiece } from "../recording/piece-codec.ts";
import type { ExportedRow } from "../reading/owner-archive.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { openTotals } from "../retention/total-rows.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import { Sealer, type SealPlace } from "../sealing/seal.ts";
import { TAG_NAME_PLACE } from "../tags/owned-tags.ts";

/** A row of a table as SQLite gives it. */
export type RawRow = Readonly<Record<string, string | number | Buffer | null>>;

/** What rows are opened with. */
export interface ExportContext {
  readonly keys: Pick<OwnerKeys, "find">;
  readonly owner: OwnerId;
  tagOf(ownership: number): string;
}

type Open = (row: RawRow, context: ExportContext) => Promise<object>;

/** Columns of no use to an owner: keys, proofs of secrets, and who others are. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...["owner", "viewer", "recipient", "sealing_key", "sealed", "code_hash", "check_number", "address_hash"],
  ...["leaf", "nodes", "mac", "id_hash", "key_hash", "proof_hash", "lease", "origin"],
]);

/** How the sealed columns of a table are opened. A table without any is not here. */
const OPENERS: Readonly<Record<string, Open>> = {
  ownership: async (row, context) => {
    const name = await openOf(
      row,
      context,
      { tag: row["tag"], ownership: row["id"] },
      TAG_NAME_PLACE,
      row["name"],
    );
    return { name: name?.toString() ?? null };
  },
  event: async (row, context) => {
    const place = {
      kind: "event",
      epoch: num(row["epoch"]),
      number: num(row["number"]),
      at: num(row["recorded_at"]),
    } as const;
    const plain = await openOf(row, context, undefined, place, row["sealed"]);
    const stored = plain && readPiece(num(row["number"]), plain)[0];
    return stored === undefined ? {} : { entry: stored.entry, doubt: stored.doubt ?? null };
  },
  // Who a viewer is, is left out.
  command: (row) => Promise.resolve({ byViewer: row["viewer"] !== null }),
  set_aside: async (row, context) => {
    const place = { kind: "set-aside", epoch: 0, number: 0, at: num(row["at"]) } as const;
    const plain = await openOf(row, context, undefined, place, row["sealed"]);
    return { bytes: plain?.toString("base64") ?? null };
  },
  found_report: async (row, context) => {
    const place = { kind: "found-report", epoch: 0, number: 0, at: num(row["at"]) } as const;
    const plain = await openOf(row, context, undefined, place, row["sealed"]);
    return plain === undefined ? {} : (JSON.parse(plain.toString()) as object);
  },
  day_total: async (row, context) => {
    const [id, keyId] = [num(row["ownership"]), num(row["sealing_key"])];
    const key = await context.keys.find(keyId);
    const ownership = key && { id, tag: context.tagOf(id) as TagId, keyId, key };
    return { totals: (ownership && openTotals(ownership, num(row["day"]), row["sealed"] as Buffer)) ?? null };
  },
  alert: async (row, { keys }) => ({ facts: openAlert(row as never, await keyOf(row, keys)) ?? null }),
  alert_rule: async (row, { keys }) => ({ rule: (await openRule(row as never, keys)) ?? null }),
  alert_channel: async (row, { keys }) => {
    const channel = await openChannel(row as never, keys, Infinity);
    return {
      name: channel?.name ?? null,
      endpoint: channel === undefined ? null : shownOf(channel.endpoint),
    };
  },
  geofence: async (row, { keys }) => {
    const key = await keys.find(num(row["sealing_key"]));
    return (key && openGeofence(row as never, key)) ?? {};
  },
  share: async (row, context) => {
    const isAccepted = row["viewer"] !== null;
    // The name that somebody else gave the owner is that other's word.
    if (row["viewer"] === context.owner) return { name: null, isAccepted, isMine: false };
    const place = { kind: "share-name", epoch: 0, number: 0, at: num(row["created_at"]) } as const;
    const key = await context.keys.find(num(row["sealing_key"]));
    const subject = {
      text: `${context.tagOf(num(row["ownership"]))} ${String(row["id"])}`,
      number: num(row["ownership"]),
      keyId: num(row["sealing_key"]),
    };
    const plain = key && new Sealer(subject, key).open(place, row["name"] as Buffer);
    return { name: plain?.toString() ?? null, isAccepted, isMine: true };
  },
};

function keyOf(row: RawRow, keys: ExportContext["keys"]): ReturnType<ExportContext["keys"]["find"]> {
  return keys.find(num(row["sealing_key"]));
}

/** Where a channel leads, without what proves to it who sends. */
function shownOf(endpoint: AlertEndpoint): object {
  const { kind } = endpoint;
  if (kind === "email") return { kind, address: endpoint.address };
  const { url } = endpoint;
  return kind === "webhook" ? { kind, url, withPlace: endpoint.withPlace } : { kind, url };
}

/** The row for its owner. */
export async function exportRow(table: string, row: RawRow, context: ExportContext): Promise<ExportedRow> {
  const opened = await OPENERS[table]?.(row, context);
  const ownership = row["ownership"];
  const tag = typeof ownership === "number" && !("tag" in row) ? { tag: context.tagOf(ownership) } : {};
  const plain = Object.entries(row).filter(
    ([column, value]) => !LEFT_OUT.has(column) && !Buffer.isBuffer(value),
  );
  return { table, ...tag, ...Object.fromEntries(plain), ...opened };
}

async function openOf(
  row: RawRow,
  context: ExportContext,
  of: { tag: RawRow[string] | undefined; ownership: RawRow[string] | undefined } | undefined,
  place: SealPlace,
  sealed: RawRow[string] | undefined,
): Promise<Buffer | undefined> {
  const key = await context.keys.find(num(row["sealing_key"]));
  const ownership = num(of?.ownership ?? row["ownership"]);
  const text = of === undefined ? context.tagOf(ownership) : String(of.tag);
  const subject = { text, number: ownership, keyId: num(row["sealing_key"]) };
  return key && new Sealer(subject, key).open(place, sealed as Buffer);
}

function num(value: RawRow[string] | undefined): number {
  if (typeof value !== "number") throw new Error("a column of the location database is no number");
  return value;
}
