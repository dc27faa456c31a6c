import type { Random } from "@purrimeter/service/random";
import type { AlertId } from "@purrimeter/store/alert";

const LENGTH = 26;
const DIGITS = "abcdefghijklmnopqrstuvwxyz234567";

/** 128 random bits in 26 letters and digits (RFC 4648 base 32, lower case). */
export function newAlertId(random: Random): AlertId {
  const bits = Array.from(random.bytes(17), (byte) => byte.toString(2).padStart(8, "0")).join("");
  const fives = bits.match(/.{5}/gu) ?? [];
  const digits = fives.slice(0, LENGTH).map((five) => DIGITS.charAt(parseInt(five, 2)));
  return digits.join("") as AlertId;
}
