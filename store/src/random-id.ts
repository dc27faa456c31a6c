import { randomBytes } from "node:crypto";

const LENGTH = 26;

/** 128 random bits in 26 letters and digits (RFC 4648 base 32, lower case). */
export function createRandomId<Id extends string>(): Id {
  const bits = Array.from(randomBytes(17), (byte) => byte.toString(2).padStart(8, "0")).join("");
  const digits = bits.match(/.{5}/g) ?? [];
  return digits
    .slice(0, LENGTH)
    .map((five) => "abcdefghijklmnopqrstuvwxyz234567".charAt(parseInt(five, 2)))
    .join("") as Id;
}
