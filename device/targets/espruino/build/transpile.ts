import { transformSync } from "@babel/core";
import blockScoping from "@babel/plugin-transform-block-scoping";
import classProperties from "@babel/plugin-transform-class-properties";
import computedProperties from "@babel/plugin-transform-computed-properties";
import destructuring from "@babel/plugin-transform-destructuring";
import exponentiation from "@babel/plugin-transform-exponentiation-operator";
import logicalAssignment from "@babel/plugin-transform-logical-assignment-operators";
import nullishCoalescing from "@babel/plugin-transform-nullish-coalescing-operator";
import objectRestSpread from "@babel/plugin-transform-object-rest-spread";
import optionalChaining from "@babel/plugin-transform-optional-chaining";
import parameters from "@babel/plugin-transform-parameters";
import privateMethods from "@babel/plugin-transform-private-methods";
import spread from "@babel/plugin-transform-spread";
import { build, transform } from "esbuild";
import { fileURLToPath } from "node:url";
import { hoistFunctions } from "./hoist-functions.ts";
import { keptNames } from "./kept-names.ts";
import { refusedSyntax } from "./refused-syntax.ts";

/** Looser than the standard where our own code makes no difference, so that no helper comes along. */
const ASSUMPTIONS = {
  setPublicClassFields: true,
  privateFieldsAsProperties: true,
  noDocumentAll: true,
  iterableIsArray: true,
  ignoreFunctionLength: true,
  setComputedProperties: true,
  setSpreadProperties: true,
  pureGetters: true,
};

const PLUGINS = [
  classProperties,
  privateMethods,
  [destructuring, { loose: true }],
  parameters,
  spread,
  objectRestSpread,
  computedProperties,
  optionalChaining,
  nullishCoalescing,
  logicalAssignment,
  exponentiation,
  blockScoping,
  hoistFunctions,
];

/**
 * One script for Espruino of the entry and all that it imports. Property names are shortened but for those that the
 * language and the board know and the entry's own `keep`: on the board every name is memory. Throws when Espruino could
 * not run the script.
 */
export async function transpileForEspruino(entry: URL, keep: readonly string[]): Promise<string> {
  const bundled = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    format: "iife",
    target: "es2022",
    write: false,
    logLevel: "silent",
    // Espruino has Error alone.
    define: { RangeError: "Error" },
    mangleProps: /./,
    reserveProps: keptNames(keep),
    // A word of the language to Espruino, also behind a dot.
    mangleCache: { of: false },
  });
  const options = { babelrc: false, configFile: false, sourceType: "script" } as const;
  const lowered = transformSync(bundled.outputFiles[0]!.text, {
    ...options,
    comments: false,
    assumptions: ASSUMPTIONS,
    plugins: PLUGINS,
  });
  // A newer target would let the minifier bring back what Babel took away.
  const { code } = await transform(lowered!.code, {
    minify: true,
    target: "es2015",
    charset: "ascii",
    // The bundler would look for Espruino's own modules.
    define: { espruinoModule: "require" },
  });
  const refused = refusedSyntax(code);
  if (refused.length > 0) throw new Error(`Espruino cannot run this:\n${refused.join("\n")}`);
  return code;
}
