import { crc32 } from "@purrimeter/protocol/crc32";
import { RECORD_BYTES } from "./journal-record.ts";
import { getUint16, getUint32, isErased, putUint16, putUint32 } from "../flash/little-endian.ts";

/**
 * A page of the journal: header, records, marks, header again. There are two copies of the header so that one flipped bit
 * does not lose the page; either is enough. Marks record how far the cloud has acknowledged.
 */
export const HEADER_BYTES = 40;
export const MARK_BYTES = 8;

/** "PJ", layout 2. The first byte is not 0xFF: a header that was begun never reads as erased. */
const MAGIC = 0x02_00_4a_50;
const HEADER_CRC = 36;
const MARK_CRC = 4;

/** One mark for every 256 bytes: a tenth of the records, so that a restart sends about ten entries again. */
const BYTES_PER_MARK = 256;
const MIN_MARKS = 2;

/** Offsets within a page of this size. */
export interface PageLayout {
  readonly slots: number;
  readonly marks: number;
  readonly marksAt: number;
  readonly secondHeaderAt: number;
}

export function pageLayout(pageBytes: number): PageLayout {
  const marks = Math.max(MIN_MARKS, Math.floor(pageBytes / BYTES_PER_MARK));
  const slots = Math.floor((pageBytes - 2 * HEADER_BYTES - marks * MARK_BYTES) / RECORD_BYTES);
  const secondHeaderAt = pageBytes - HEADER_BYTES;
  return { slots, marks, marksAt: secondHeaderAt - marks * MARK_BYTES, secondHeaderAt };
}

/** Made once, filled again. */
export interface PageHeader {
  /** 1 for the first page of an epoch, and one more for every page opened since. */
  sequence: number;
  epoch: number;
  /** Number of the first entry that is not carried. */
  firstNumber: number;
  /** Acknowledged when the page was opened. */
  releasedThrough: number;
  boots: number;
  dropped: number;
  /** Records at the front that were copied from a page that was given up. */
  carried: number;
  /** The last known sides when the page was opened (known-sides.ts), and the version of the settings that they are of. */
  known: number;
  knownVersion: number;
}

export function emptyPageHeader(): PageHeader {
  return {
    sequence: 0,
    epoch: 0,
    firstNumber: 0,
    releasedThrough: 0,
    boots: 0,
    dropped: 0,
    carried: 0,
    known: 0,
    knownVersion: 0,
  };
}

/** Writes the header into the first HEADER_BYTES of `bytes`. */
export function encodeHeader(header: PageHeader, bytes: Uint8Array): void {
  putUint32(bytes, 0, MAGIC);
  putUint32(bytes, 4, header.sequence);
  putUint32(bytes, 8, header.epoch);
  putUint32(bytes, 12, header.firstNumber);
  putUint32(bytes, 16, header.releasedThrough);
  putUint32(bytes, 20, header.boots);
  putUint32(bytes, 24, header.dropped);
  putUint16(bytes, 28, header.carried);
  putUint16(bytes, 30, header.known);
  putUint32(bytes, 32, header.knownVersion);
  putUint32(bytes, HEADER_CRC, crc32(bytes, 0, HEADER_CRC));
}

/** Fills the header; false when the bytes are none. */
export function decodeHeader(bytes: Uint8Array, header: PageHeader): boolean {
  if (getUint32(bytes, 0) !== MAGIC || getUint32(bytes, HEADER_CRC) !== crc32(bytes, 0, HEADER_CRC))
    return false;
  header.sequence = getUint32(bytes, 4);
  header.epoch = getUint32(bytes, 8);
  header.firstNumber = getUint32(bytes, 12);
  header.releasedThrough = getUint32(bytes, 16);
  header.boots = getUint32(bytes, 20);
  header.dropped = getUint32(bytes, 24);
  header.carried = getUint16(bytes, 28);
  header.known = getUint16(bytes, 30);
  header.knownVersion = getUint32(bytes, 32);
  return true;
}

/** Writes "acknowledged through this number" into the first MARK_BYTES of `bytes`. */
export function encodeMark(releasedThrough: number, bytes: Uint8Array): void {
  putUint32(bytes, 0, releasedThrough);
  putUint32(bytes, MARK_CRC, crc32(bytes, 0, MARK_CRC));
}

/** The number in the mark, or 0 when it is torn or erased (whose CRC is that of four bytes 0xFF). */
export function decodeMark(bytes: Uint8Array): number {
  if (isErased(bytes, 0, MARK_BYTES)) return 0;
  return getUint32(bytes, MARK_CRC) === crc32(bytes, 0, MARK_CRC) ? getUint32(bytes, 0) : 0;
}
