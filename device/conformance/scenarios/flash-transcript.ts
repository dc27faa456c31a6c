import { KIND_TRANSITION } from "@purrimeter/protocol/entry-kind";
import { emptyJournalEntry } from "../../core/journal/journal-record.ts";
import { Journal } from "../../core/journal/journal.ts";
import type { RamFlash } from "../../core/flash/ram-flash.ts";
import { settingsPages } from "../../core/settings/settings-store.ts";
import { crc32 } from "@purrimeter/protocol/crc32";
import { hex } from "./hex.ts";

/** Pages of flash that the transcript shows byte by byte; for others it has the checksum. */
const SHOWN_PAGES = 2;
const SHOWN_BYTES = 512;

/** Writes down every page that is not erased: its index, how often it was erased, and what is in it. */
export function showFlash(flash: RamFlash, say: (line: string) => void): void {
  const page = new Uint8Array(flash.pageBytes);
  let shown = 0;
  for (let index = 0; index < flash.pageCount; index++) {
    flash.read(index, 0, page);
    const used = usedBytes(page);
    if (used === 0) continue;
    const isShown = shown < SHOWN_PAGES && used <= SHOWN_BYTES;
    if (isShown) shown++;
    const content = isShown ? hex(page, used) : `crc ${crc32(page, 0, page.length)}`;
    say(`flash ${index} ${flash.erasures[index] as number} ${content}`);
  }
}

/** Reads the journal as the next start would, and writes down its transitions. */
export function showTransitions(flash: RamFlash, say: (line: string) => void): void {
  const pages = settingsPages(flash.pageBytes);
  const journal = new Journal(flash, pages, flash.pageCount - pages);
  journal.start(0);
  say(`journal ${journal.epoch} ${journal.oldest} to ${journal.next} dropped ${journal.dropped}`);
  const entry = emptyJournalEntry();
  for (let number = 1; number < journal.next; number++) {
    if (!journal.read(number, entry) || entry.kind !== KIND_TRANSITION) continue;
    say(
      `t ${number} ${entry.at} ${entry.geofence} ${entry.from} ${entry.to} ${entry.evidenceFrom} ${entry.settingsVersion}`,
    );
  }
}

/** Bytes up to the last one that is not erased. */
function usedBytes(page: Uint8Array): number {
  for (let i = page.length - 1; i >= 0; i--) if (page[i] !== 255) return i + 1;
  return 0;
}
