// Makes auth/data/leaked-*.bin from a list of leaked passwords, one a line, the most used first: see auth/data/README.md.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { leakedForm, LEAKED_LENGTHS, leakedPasswordKey } from "@purrimeter/auth/leaked-password-key";

/** More are worth less and less: the list goes by use. */
const MAX_SHORT = 100_000;

function table(forms: readonly string[]): Buffer {
  const keys = new Set(forms.map((form) => leakedPasswordKey(form).toString("hex")));
  return Buffer.from([...keys].sort().join(""), "hex");
}

const [list] = process.argv.slice(2);
if (list === undefined) throw new Error("usage: npx node scripts/make-leaked-passwords.ts LIST");
const bytes = readFileSync(list);
const forms = [...new Set(bytes.toString("utf8").split(/\r?\n/).map(leakedForm))];
const lengthOf = (form: string): number => [...form].length;
const allowed = forms.filter((form) => lengthOf(form) >= LEAKED_LENGTHS.short);
const short = allowed.filter((form) => lengthOf(form) < LEAKED_LENGTHS.long).slice(0, MAX_SHORT);
const long = allowed.filter((form) => lengthOf(form) >= LEAKED_LENGTHS.long);
console.log(`SHA-256 of the list: ${createHash("sha256").update(bytes).digest("hex")}`);
for (const [name, chosen] of [
  ["leaked-8-to-14.bin", short],
  ["leaked-15-up.bin", long],
] as const) {
  writeFileSync(join(import.meta.dirname, "..", "auth", "data", name), table(chosen));
  console.log(`${name}: ${chosen.length} passwords`);
}
