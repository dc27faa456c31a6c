import { asMailAddress } from "@purrimeter/auth-api/mail-address";
import { isHost } from "@purrimeter/certs/issue-service";
import { isIP } from "node:net";
import { z } from "zod";

const PUBLIC_ORIGIN =
  "must be an https origin with a host name and without a path, such as https://cats.example.org";
const CONTACT = "must be a link such as mailto:security@example.org or https://example.org/security";
const PAGE_ORIGIN = "must be an origin without a path, such as https://app.example.org";

/** A section of the file: an object whose keys are all known, and all may be left out. */
export function section<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: ({ code }) => (code === "invalid_type" ? "must be an object" : undefined),
  });
}

/** A whole number in a range. */
export function whole(min: number, max: number): z.ZodInt {
  const must = `must be a whole number from ${min} to ${max}`;
  return z.int(must).min(min, must).max(max, must);
}

/** A number in a range. */
export function decimal(min: number, max: number): z.ZodNumber {
  const must = `must be a number from ${min} to ${max}`;
  return z.number(must).min(min, must).max(max, must);
}

/** true or false. */
export function flag(): z.ZodBoolean {
  return z.boolean("must be true or false");
}

/** A TCP port; 0 takes any. */
export const anyPort = whole(0, 65_535);

/** A TCP port that others have to know. */
export const fixedPort = whole(1, 65_535);

/** A list of at most `max` items. */
export function list<Item extends z.ZodType>(item: Item, max: number): z.ZodArray<Item> {
  const must = `must be a list of at most ${max} items`;
  return z.array(item, must).max(max, must);
}

/** One line of at most `max` characters. */
export function line(max: number): z.ZodString {
  const must = `must be one line of 1 to ${max} characters`;
  return z
    .string(must)
    .min(1, must)
    .max(max, must)
    .regex(/^[^\r\n]*$/u, must);
}

/** A path, taken from the data folder unless it is absolute. */
export const path = line(4_096);

/** An address to listen on, or the name of one. */
export const host = line(256);

/** How the world calls this machine. */
export const hostName = z
  .string("must be a host name or an IP address")
  .refine(isHost, "must be a host name or an IP address");

/** Scheme, host and port of the owners' API as their browsers have it. A passkey is bound to a host name, not to an address. */
export const publicOrigin = z
  .string(PUBLIC_ORIGIN)
  .refine((text) => isOrigin(text, ["https:"]) && isName(new URL(text).hostname), PUBLIC_ORIGIN);

/** Scheme, host and port of a page, as browsers send it. */
export const pageOrigin = z
  .string(PAGE_ORIGIN)
  .refine((text) => isOrigin(text, ["https:", "http:"]), PAGE_ORIGIN);

/** Where somebody may write to, as RFC 9116 has it. */
export const contact = z
  .string(CONTACT)
  .refine((text) => /^(?:https:\/\/[^\s]{1,240}|mailto:[^\s@]{1,64}@[^\s@]{1,180})$/u.test(text), CONTACT);

/** Where a message of an operator goes. */
export const mailAddress = z
  .string("must be a mail address")
  .refine((text) => asMailAddress(text) !== undefined, "must be a mail address");

const WEBHOOK = "must be an https URL of at most 2000 characters without user and password";

/** Where signed messages go. */
export const webhookUrl = z.string(WEBHOOK).max(2_000, WEBHOOK).refine(isWebhook, WEBHOOK);

function isWebhook(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === "https:" && url.username === "" && url.password === "" && url.hash === "";
}

/** An address or a block of addresses. */
export const addressBlock = z.union(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
  "must be an IP address or a block such as 10.0.0.0/8",
);

/** A block of addresses. */
export const network = z.union(
  [z.cidrv4(), z.cidrv6()],
  "must be a block of addresses such as 192.168.1.0/24",
);

function isName(text: string): boolean {
  return isHost(text) && isIP(text) === 0;
}

function isOrigin(text: string, protocols: readonly string[]): boolean {
  const url = URL.parse(text);
  return url !== null && protocols.includes(url.protocol) && url.origin === text;
}
