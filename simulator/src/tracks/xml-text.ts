/** Comments, CDATA sections and processing instructions: what is in them is no markup. */
const NO_MARKUP = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>/g;

const REFERENCE = /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/g;
const PREDEFINED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const MAX_CODE_POINT = 0x10ffff;

/** The markup alone, each character where it was and lines as they were. */
export function markupOf(xml: string): string {
  return xml.replace(NO_MARKUP, (text) => text.replace(/[^\n]/g, " "));
}

/** Text with its references to characters as those characters (XML 1.0, section 4.1); others stay as they are. */
export function withReferences(text: string): string {
  return text.replace(REFERENCE, (all, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return PREDEFINED[name] ?? all;
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    return code <= MAX_CODE_POINT ? String.fromCodePoint(code) : all;
  });
}

/** Finds the lines of one kind of start tag, in ascending order, with one pass over the markup. */
export class TagLines {
  readonly #markup: string;
  readonly #tag: string;
  #nth = -1;
  #at = -1;
  #line = 1;
  /** The first end of a line after `#line`. */
  #lineEnd: number;

  /** `markup` as `markupOf` gives it; `tag` as in `<tag`. */
  constructor(markup: string, tag: string) {
    this.#markup = markup;
    this.#tag = `<${tag}`;
    this.#lineEnd = this.#lineEndAfter(-1);
  }

  /** The line, from 1, of tag number `nth`, from 0; it may only grow. 0 when there is none. */
  lineOf(nth: number): number {
    for (; this.#nth < nth; this.#nth++) {
      const next = this.#markup.indexOf(this.#tag, this.#at + 1);
      if (next < 0) return 0;
      for (; this.#lineEnd < next; this.#lineEnd = this.#lineEndAfter(this.#lineEnd)) this.#line++;
      this.#at = next;
    }
    return this.#line;
  }

  #lineEndAfter(at: number): number {
    const end = this.#markup.indexOf("\n", at + 1);
    return end < 0 ? Infinity : end;
  }
}
