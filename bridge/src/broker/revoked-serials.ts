const SEQUENCE = 0x30;
const INTEGER = 0x02;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** The DER elements one after the other in the bytes. Throws a RangeError when they are none (the file is ours). */
function elementsOf(der: Buffer): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < der.length;) {
    const tag = der.readUInt8(at);
    const first = der.readUInt8(at + 1);
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const length = lengthBytes === 0 ? first : der.readUIntBE(at + 2, lengthBytes);
    const start = at + 2 + lengthBytes;
    at = start + length;
    if (at > der.length) throw new RangeError("a revocation list is cut short");
    elements.push({ tag, content: der.subarray(start, at) });
  }
  return elements;
}

/** A serial number as X509Certificate.serialNumber writes it. */
function serialOf(entry: Element): string[] {
  const [serial] = elementsOf(entry.content);
  if (serial?.tag !== INTEGER) return [];
  const hex = serial.content.toString("hex").toUpperCase();
  return [hex.startsWith("00") && hex.length > 2 ? hex.slice(2) : hex];
}

/** revokedCertificates is the sequence that follows thisUpdate or nextUpdate (RFC 5280, 5.1). */
function serialsOfList(der: Buffer): string[] {
  const [list] = elementsOf(der);
  const [toBeSigned] = list === undefined ? [] : elementsOf(list.content);
  if (toBeSigned === undefined) return [];
  const fields = elementsOf(toBeSigned.content);
  const lastTime = fields.findLastIndex(({ tag }) => tag === UTC_TIME || tag === GENERALIZED_TIME);
  const revoked = fields[lastTime + 1];
  return lastTime >= 0 && revoked?.tag === SEQUENCE ? elementsOf(revoked.content).flatMap(serialOf) : [];
}

/**
 * Serial numbers on the revocation lists of a PEM bundle. Only to find live sessions that must end: whether a list
 * is genuine is OpenSSL's to say, which verifies it at every handshake. Throws a RangeError for a damaged list.
 */
export function revokedSerials(bundle: string): Set<string> {
  const blocks = bundle.matchAll(/-----BEGIN X509 CRL-----([^-]+)-----END X509 CRL-----/g);
  return new Set([...blocks].flatMap(([, base64]) => serialsOfList(Buffer.from(base64 ?? "", "base64"))));
}
