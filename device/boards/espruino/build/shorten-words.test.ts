import { transformSync } from "@babel/core";
import { expect, it } from "vitest";
import { shortenWords } from "./shorten-words.ts";

function shortened(code: string): string {
  const plugins = [shortenWords(["kept"])];
  const options = { babelrc: false, configFile: false, sourceType: "script", plugins } as const;
  return transformSync(code, options)!.code.replace(/\n/g, "");
}

it("writes our words as numbers, the same everywhere, and keeps those that are read outside", () => {
  expect(shortened('a = "off"; b = "up"; c = a === "off"; d = "kept"; e = "status"; f = "+CAOPEN"')).toBe(
    'a = 1;b = 2;c = a === 1;d = "kept";e = "status";f = "+CAOPEN";',
  );
});

it("refuses a word that is sent as text", () => {
  expect(() => shortened('asciiBytes("ok")')).toThrow('"ok" is sent as text, and would become a number');
});
