import type { Database } from "@purrimeter/database/open-database";
import { spansToBytes } from "../recording/number-spans.ts";
import { keepDayOf } from "../recording/keep-day.ts";
import { PieceWriter } from "../recording/piece-codec.ts";
import { dayOf } from "../recording/piece-splitter.ts";
import type { ImportedEntry } from "../reading/owner-source.ts";
import type { Sealer } from "../sealing/seal.ts";
import { insertRow } from "./insert-row.ts";

/** Entries of a piece at most. */
const MAX_PIECE = 256;

interface Ownership {
  readonly id: number;
  readonly sealer: Sealer;
}

interface Latest {
  readonly report: number;
  readonly at: number;
  readonly epoch: number;
  readonly number: number;
}

/** What is known of the numbers of an epoch after an import: all up to the highest count as stored. */
interface EpochEnd {
  readonly epoch: number;
  highest: number;
  receivedAt: number;
}

/** Writes the entries of one ownership as pieces, a day after the other, and the tag's progress. Only inside a transaction. */
export class EntryImport {
  readonly #database: Database;
  readonly #ownership: Ownership;
  readonly #writer = new PieceWriter();
  readonly #epochs = new Map<number, EpochEnd>();
  #day = -1;
  #ofDay: ImportedEntry[] = [];
  #count = 0;
  #latest: Latest | undefined;
  #battery: { readonly epoch: number; readonly number: number; readonly percent: number } | undefined;
  #settingsVersion = 0;

  constructor(database: Database, ownership: Ownership) {
    this.#database = database;
    this.#ownership = ownership;
  }

  /** The newest version of settings that a transition names. */
  get settingsVersion(): number {
    return this.#settingsVersion;
  }

  add(entry: ImportedEntry): void {
    const day = dayOf(entry.entry.at, entry.receivedAt);
    if (day !== this.#day) this.#endDay();
    this.#day = day;
    this.#ofDay.push(entry);
    this.#count++;
    this.#note(entry);
  }

  /** The number of entries. */
  end(): number {
    this.#endDay();
    if (this.#count > 0) this.#addProgress();
    return this.#count;
  }

  #note({ epoch, number, receivedAt, entry }: ImportedEntry): void {
    const known = this.#epochs.get(epoch) ?? { epoch, highest: 0, receivedAt: 0 };
    known.highest = Math.max(known.highest, number);
    known.receivedAt = Math.max(known.receivedAt, receivedAt);
    this.#epochs.set(epoch, known);
    if (entry.kind === "transition")
      this.#settingsVersion = Math.max(this.#settingsVersion, entry.settingsVersion);
    if (entry.kind !== "health") return;
    const last = this.#battery;
    const isNewer =
      last === undefined ||
      (last.epoch === epoch
        ? number > last.number
        : receivedAt >= (this.#epochs.get(last.epoch)?.receivedAt ?? 0));
    if (isNewer) this.#battery = { epoch, number, percent: entry.batteryPercent };
  }

  #endDay(): void {
    const entries = this.#ofDay.sort(
      (a, b) => a.receivedAt - b.receivedAt || a.epoch - b.epoch || a.number - b.number,
    );
    this.#ofDay = [];
    for (let from = 0; from < entries.length;) {
      const first = entries[from] as ImportedEntry;
      let to = from + 1;
      while (to < entries.length && to - from < MAX_PIECE && isSame(first, entries[to] as ImportedEntry))
        to++;
      this.#addPiece(first, entries.slice(from, to));
      from = to;
    }
  }

  #addPiece({ epoch, number: first, receivedAt }: ImportedEntry, entries: readonly ImportedEntry[]): void {
    const { id: ownership, sealer } = this.#ownership;
    this.#writer.clear();
    this.#writer.begin(first);
    for (const { number, entry, doubt } of entries) this.#writer.add(number, entry, doubt ?? undefined);
    const sealed = sealer.seal(
      { kind: "report", epoch, number: first, at: receivedAt },
      this.#writer.written(),
    );
    const times = entries.map(({ entry }) => entry.at);
    const key = { day: this.#day, ownership };
    const head = this.#database
      .prepare<[object], { last_report: number; keep_day: number; entries: number }>(
        "SELECT last_report, keep_day, entries FROM tag_day WHERE day = @day AND ownership = @ownership",
      )
      .get(key);
    const id = insertRow(this.#database, "report", {
      ...{ previous: head?.last_report ?? null, ownership, epoch, first, received_at: receivedAt },
      ...{ first_at: Math.min(...times), last_at: Math.max(...times), sealing_key: sealer.keyId, sealed },
      has_fix: entries.some(({ entry }) => entry.kind === "fix") ? 1 : 0,
    });
    const keepDays = entries.map(({ entry, doubt }) => keepDayOf(entry.at, doubt ?? undefined, receivedAt));
    const row = {
      ...{ ...key, last_report: id, entries: (head?.entries ?? 0) + entries.length },
      keep_day: Math.max(head?.keep_day ?? 0, ...keepDays),
    };
    this.#database.prepare("DELETE FROM tag_day WHERE day = @day AND ownership = @ownership").run(key);
    insertRow(this.#database, "tag_day", row);
    for (const entry of entries) this.#rememberLatest(id, entry);
  }

  #rememberLatest(report: number, { entry, doubt, epoch, number }: ImportedEntry): void {
    if (entry.kind !== "fix" || doubt !== null) return;
    const { at } = entry;
    const known = this.#latest;
    const order = known === undefined ? 1 : at - known.at || epoch - known.epoch || number - known.number;
    if (order > 0) this.#latest = { report, at, epoch, number };
  }

  #addProgress(): void {
    const ownership = this.#ownership.id;
    const epochs = [...this.#epochs.values()].sort((a, b) => a.receivedAt - b.receivedAt);
    const present = epochs.pop() as EpochEnd;
    for (const { epoch, highest, receivedAt } of epochs.slice(-4))
      insertRow(this.#database, "past_epoch", {
        ...{ ownership, epoch, settled: highest, spans: spansToBytes([1, highest]), left_at: receivedAt },
      });
    const { report = null, at = 0, epoch = 0, number = 0 } = this.#latest ?? {};
    const battery = this.#battery?.epoch === present.epoch ? this.#battery : undefined;
    insertRow(this.#database, "tag_progress", {
      ...{
        ownership,
        epoch: present.epoch,
        settled: present.highest,
        spans: spansToBytes([1, present.highest]),
      },
      ...{ last_heard_at: present.receivedAt, latest_report: report, latest_at: at, latest_epoch: epoch },
      ...{ latest_number: number, battery_percent: battery?.percent ?? null },
      ...{ battery_epoch: present.epoch, battery_number: battery?.number ?? 0 },
    });
  }
}

function isSame(a: ImportedEntry, b: ImportedEntry): boolean {
  return a.epoch === b.epoch && a.receivedAt === b.receivedAt;
}
