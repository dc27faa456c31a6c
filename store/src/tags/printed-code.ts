import { randomBytes } from "node:crypto";

/** Crockford's base 32: no I, L, O, U, which are mistaken for others. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 10;

declare const brand: unique symbol;

/** A printed code as it is kept. */
export type PrintedCode = string & { readonly [brand]: "PrintedCode" };

/**
 * A fresh code for the outside of a tag, 50 random bits as "7K2QF-9XWDA": short enough for a collar, too many to try at the
 * rate that lookups are allowed. Public, and no secret of anybody's: it says that this is a cat's tag and lets a finder write.
 */
export function createPrintedCode(): PrintedCode {
  const digits = Array.from(randomBytes(LENGTH), (byte) => ALPHABET.charAt(byte % 32)).join("");
  return `${digits.slice(0, LENGTH / 2)}-${digits.slice(LENGTH / 2)}` as PrintedCode;
}

/** The code as it is kept, however it was typed. */
export function normalisePrintedCode(code: string): PrintedCode {
  const digits = code.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  return `${digits.slice(0, LENGTH / 2)}-${digits.slice(LENGTH / 2)}` as PrintedCode;
}
