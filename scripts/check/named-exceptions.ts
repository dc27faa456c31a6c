import { Linter } from "eslint";
import tseslint from "typescript-eslint";
import type { Breach } from "./breach.ts";
import { rulesOfSizes } from "./sizes.ts";
import type { Sizes } from "./sizes.ts";

const linter = new Linter();

/** Whether ESLint finds anything in a text by rules that need no types. */
export function isRefused(text: string, rules: Linter.RulesRecord): boolean {
  const languageOptions = { parser: tseslint.parser as Linter.Parser };
  const config: Linter.Config = { files: ["**/*.ts"], languageOptions, rules };
  return linter.verify(text, config, { filename: "x.ts", allowInlineConfig: false }).length > 0;
}

/**
 * A file that is named as larger than others is as large as it is named: its exception shrinks with it and goes with it.
 * @param read the text of a file by its path; undefined for a file that does not exist
 */
export function checkLargerFiles(
  read: (path: string) => string | undefined,
  larger: Readonly<Record<string, Partial<Sizes>>>,
): Breach[] {
  return Object.entries(larger).flatMap(([where, sizes]) => {
    const text = read(where);
    if (text === undefined) return [{ where, what: "does not exist; scripts/check/sizes.ts names it" }];
    return Object.entries(sizes)
      .filter(([name, max]) => !isRefused(text, rulesOfSizes({ [name]: max - 1 })))
      .map(([name, max]) => ({
        where,
        what: `has become smaller; lower ${name} from ${max} in scripts/check/sizes.ts`,
      }));
  });
}

/** Files that are named as exceptions to some rules exist, and need it. */
export function checkExceptedFiles(
  read: (path: string) => string | undefined,
  paths: readonly string[],
  rules: Linter.RulesRecord,
): Breach[] {
  return paths.flatMap((where) => {
    const text = read(where);
    if (text !== undefined && isRefused(text, rules)) return [];
    const fault = text === undefined ? "does not exist" : "needs no exception any more";
    return [{ where, what: `${fault}; remove it from scripts/check/machine.ts` }];
  });
}
