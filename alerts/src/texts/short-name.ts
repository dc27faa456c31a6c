/** Longest title of a message, in characters: what a locked phone shows. */
export const MAX_TITLE_LENGTH = 60;

/** A name as a line of a message may have it: without control characters and line breaks, which would begin something of their own. */
export function plainName(name: string): string {
  return name
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/\s+/gu, " ")
    .trim();
}

/** At most so many characters; what is left out ends with "…". Never half of a character. */
export function shortened(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  return `${characters
    .slice(0, length - 1)
    .join("")
    .trimEnd()}…`;
}
