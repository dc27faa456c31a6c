import { X509Certificate } from "node:crypto";

/**
 * The names that a certificate (PEM) is for, lower case, IPv6 addresses in brackets as a Host header has them: those
 * are the hosts that we answer for.
 */
export function certificateHosts(pem: string | Buffer): string[] {
  const names = new X509Certificate(pem).subjectAltName?.split(", ") ?? [];
  return names.flatMap((name) => {
    const [, kind, value = ""] = /^(DNS|IP Address):(.+)$/.exec(name) ?? [];
    if (kind === undefined) return [];
    return [kind === "DNS" ? value.toLowerCase() : hostOfAddress(value)];
  });
}

/** X.509 prints IPv6 in full upper-case groups; a Host header has the short form. */
function hostOfAddress(address: string): string {
  return address.includes(":") ? new URL(`https://[${address}]`).hostname : address;
}
