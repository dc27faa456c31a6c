import type { Breach } from "../breach.ts";

/** A tag can be moved to other code; a commit cannot. The version is for people. */
const PINNED = /^[\w./-]+@[0-9a-f]{40} +# v\d[\d.]*$/;

/** What a line uses: an action, or a file of our own. */
function usedBy(line: string): string | undefined {
  const [key = "", ...rest] = line.replace(/^\s*-?\s*/, "").split(":");
  return key === "uses" ? rest.join(":").trim() : undefined;
}

/** Actions of workflows are named by the full hash of a commit, with their version in a comment. */
export function checkPinnedActions(workflows: Iterable<readonly [string, string]>): Breach[] {
  return [...workflows].flatMap(([path, text]) =>
    text.split("\n").flatMap((line, index) => {
      const used = usedBy(line);
      if (used === undefined || used.startsWith("./") || PINNED.test(used)) return [];
      return [{ where: `${path}:${index + 1}`, what: `uses ${used}; name the full hash and "# vX.Y.Z"` }];
    }),
  );
}
