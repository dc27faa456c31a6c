import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The file in a folder of secrets that says which of them were generated for development. */
export const GENERATED_MARKER = "GENERATED";

const HEADER =
  "# Secrets that purrimeter generated for development, with fingerprints: production mode refuses them.\n";

/** The folder's marker with one more secret. One that is replaced by another is not generated any more. */
export function markedAsGenerated(folder: string, name: string, content: Buffer): string {
  const marker = join(folder, GENERATED_MARKER);
  const marked = existsSync(marker) ? readFileSync(marker, "utf8") : HEADER;
  return `${marked}${name} ${fingerprint(content)}\n`;
}

/** Whether the folder's marker says that this content was generated. */
export function isGenerated(folder: string, name: string, content: Buffer): boolean {
  const marker = join(folder, GENERATED_MARKER);
  if (!existsSync(marker)) return false;
  return readFileSync(marker, "utf8")
    .split("\n")
    .includes(`${name} ${fingerprint(content)}`);
}

/** Says nothing of a random key: 64 bits of a hash of 256 random ones. */
function fingerprint(content: Buffer): string {
  return createHash("sha256").update("purrimeter generated ").update(content).digest("hex").slice(0, 16);
}
