/** A file's text, or a phrase that says why it has none. */
export type DecodedText = { readonly text: string } | { readonly fault: string };

/** An XML declaration names its encoding within this. */
const DECLARATION_BYTES = 256;

const DECLARED = /^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.:-]{0,39})["']/;

/** The encoding by the file's own words: its byte order mark, else its XML declaration, else UTF-8. */
function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const head = Buffer.from(bytes.subarray(0, DECLARATION_BYTES)).toString("latin1");
  const declared = DECLARED.exec(head)?.[1] ?? "utf-8";
  // A declaration that can be read byte by byte is no UTF-16, whatever it says.
  return /^utf-?16/i.test(declared) ? "utf-8" : declared;
}

/**
 * Decodes UTF-8, UTF-16 with a byte order mark, or what an XML declaration says, without the mark. Bytes that are wrong in their
 * encoding become U+FFFD.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const encoding = encodingOf(bytes);
  try {
    return { text: new TextDecoder(encoding).decode(bytes) };
  } catch (error) {
    if (error instanceof RangeError) return { fault: `the encoding ${encoding} is not read` };
    throw error;
  }
}
