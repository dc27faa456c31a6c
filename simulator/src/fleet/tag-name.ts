import { asTagId, type TagId } from "@purrimeter/protocol/values";

const MAX_LENGTH = 32;

/**
 * A tag's id made of a track's name: other characters than A-Z a-z 0-9 - _ become "_", and a number is appended when
 * `taken` has the id already. The id is added to `taken`.
 */
export function tagNameFor(name: string, taken: Set<string>): TagId {
  const plain = name
    .trim()
    .replaceAll(/[^A-Za-z0-9_-]+/g, "_")
    .slice(0, MAX_LENGTH);
  const base = plain === "" ? "tag" : plain;
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? "" : `-${number}`;
    const candidate = asTagId(base.slice(0, MAX_LENGTH - suffix.length) + suffix);
    if (candidate === undefined || taken.has(candidate)) continue;
    taken.add(candidate);
    return candidate;
  }
}
