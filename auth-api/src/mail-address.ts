import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { MAX_MAIL_LENGTH } from "./limits.ts";

const MAX_LOCAL_LENGTH = 64;

declare const brand: unique symbol;

/** A mail address in the form by which accounts are found. */
export type MailAddress = string & { readonly [brand]: "MailAddress" };

/**
 * The text as a mail address: NFC, lower case, the domain in ASCII (IDNA), or undefined when it cannot be one. Case of
 * the local part could differ by RFC 5321, but no provider in use keeps two such mailboxes apart, and people do not
 * type alike twice. Dots and tags ("a.b+c") stay: they are the provider's business.
 */
export function asMailAddress(text: string): MailAddress | undefined {
  if (text.length > MAX_MAIL_LENGTH) return undefined;
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at).normalize("NFC").toLowerCase();
  const domain = asciiDomain(text.slice(at + 1));
  if (at < 1 || local.length > MAX_LOCAL_LENGTH || !isLocalPart(local) || !isDomain(domain)) return undefined;
  const mail = `${local}@${domain}`;
  return mail.length <= MAX_MAIL_LENGTH ? (mail as MailAddress) : undefined;
}

function isLocalPart(local: string): boolean {
  return /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]+$/u.test(local) && !/^\.|\.\.|\.$/u.test(local);
}

/** The URL standard's conversion also drops line breaks, undoes %-escapes and reads figures as an IP address. */
function asciiDomain(domain: string): string {
  const ascii = /^[\p{L}\p{M}\p{N}.-]+$/u.test(domain) ? domainToASCII(domain) : "";
  return isIP(ascii) === 0 ? ascii : "";
}

/** RFC 1123, 2.1: letters, figures and hyphens, none of them at an end. */
function isLabel(label: string): boolean {
  return label.length <= 63 && /^[a-z0-9-]+$/u.test(label) && !label.startsWith("-") && !label.endsWith("-");
}

function isDomain(domain: string): boolean {
  const labels = domain.split(".");
  return domain.length <= 253 && labels.length > 1 && labels.every(isLabel);
}
