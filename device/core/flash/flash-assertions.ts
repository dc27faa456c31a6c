import type { Flash } from "../ports.ts";

/** What an erased byte reads. */
export const ERASED = 0xff;

/** Throws a RangeError when these bytes do not lie within one page of the flash. */
export function assertInPage(
  { pageBytes, pageCount }: Pick<Flash, "pageBytes" | "pageCount">,
  page: number,
  offset: number,
  length: number,
): void {
  const isPage = page >= 0 && page < pageCount && page % 1 === 0;
  if (isPage && offset >= 0 && offset + length <= pageBytes) return;
  throw new RangeError(`page ${page}, bytes ${offset} to ${offset + length} do not exist`);
}

/** Throws a RangeError when one of `bytes` would be written over another; `cells` are the bytes in flash from there on. */
export function assertErased(cells: Uint8Array, bytes: Uint8Array, page: number, offset: number): void {
  for (let i = 0; i < bytes.length; i++) {
    const before = cells[i] as number;
    if (before !== ERASED && before !== bytes[i])
      throw new RangeError(`byte ${offset + i} of page ${page} is not erased`);
  }
}
