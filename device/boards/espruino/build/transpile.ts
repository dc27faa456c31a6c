import { transformSync } from "@babel/core";
import blockScoping from "@babel/plugin-transform-block-scoping";
import classProperties from "@babel/plugin-transform-class-properties";
import computedProperties from "@babel/plugin-transform-computed-properties";
import destructuring from "@babel/plugin-transform-destructuring";
import exponentiation from "@babel/plugin-transform-exponentiation-operator";
import logicalAssignment from "@babel/plugin-transform-logical-assignment-operators";
import objectRestSpread from "@babel/plugin-transform-object-rest-spread";
import optionalChaining from "@babel/plugin-transform-optional-chaining";
import parameters from "@babel/plugin-transform-parameters";
import privateMethods from "@babel/plugin-transform-private-methods";
import spread from "@babel/plugin-transform-spread";
import { build, transform, type BuildResult } from "esbuild";
import { fileURLToPath } from "node:url";
import { hoistConstants } from "./hoist-constants.ts";
import { hoistFunctions } from "./hoist-functions.ts";
import { inlineConstants } from "./inline-constants.ts";
import { inlineOnce } from "./inline-once.ts";
import { keptNames } from "./kept-names.ts";
import { refusedSyntax } from "./refused-syntax.ts";
import { shortenWords } from "./shorten-words.ts";
import { uniqueNames } from "./unique-names.ts";

/** Looser than the standard where our code does not need it, so that Babel adds no helpers. */
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

const AS_SCRIPT = { babelrc: false, configFile: false, sourceType: "script", comments: false } as const;

const PLUGINS = [
  classProperties,
  privateMethods,
  [destructuring, { loose: true }],
  parameters,
  spread,
  [objectRestSpread, { loose: true, useBuiltIns: true }],
  computedProperties,
  optionalChaining,
  logicalAssignment,
  exponentiation,
  blockScoping,
  hoistFunctions,
];

type Bundled = BuildResult<{ write: false; metafile: true }>;

/** What is set, and what stays as the source has it. */
export interface TranspileOptions {
  /** What the constant BUILT_AT_S becomes, as FirmwareOptions has it; for a program of a board. */
  readonly builtAtS?: number;
  /** Property names that are used outside, besides those of the language and the board. */
  readonly names: readonly string[];
  /** Texts of one word that are used outside. */
  readonly words?: readonly string[];
  /** Shortens neither names nor words, to measure what that saves. */
  readonly all?: "names" | "words";
}

/** A script, and the part of each source file in it, in bytes before the last minifying. */
export interface Transpiled {
  readonly code: string;
  readonly sources: ReadonlyMap<string, number>;
}

/**
 * One script for Espruino of the entry and all that it imports. Property names are shortened, and so are the words by
 * which our code names its own states: on the board every letter takes memory. Throws when Espruino could not run the
 * script, or when it needs a `builtAtS` that is not given.
 */
export async function transpileForEspruino(entry: URL, options: TranspileOptions): Promise<Transpiled> {
  const bundled = await bundle(entry, options);
  const [file] = bundled.outputFiles;
  const words = options.all === undefined ? [shortenWords(options.words ?? [])] : [];
  const lowered = transformSync(file!.text, {
    ...AS_SCRIPT,
    assumptions: ASSUMPTIONS,
    plugins: [...PLUGINS, ...words],
  });
  const shared = transformSync(lowered!.code, { ...AS_SCRIPT, plugins: [uniqueNames] });
  const kept = keptNames(options.names);
  const inlined = transformSync(shared!.code, {
    ...AS_SCRIPT,
    plugins: options.all === "names" ? [] : [inlineOnce(kept)],
  });
  const hoisted = transformSync(inlined!.code, {
    ...AS_SCRIPT,
    plugins: options.all === "names" ? [] : [inlineConstants, hoistConstants],
  });
  const { code } = await transform(hoisted!.code, {
    minify: true,
    // With a newer target the minifier would bring back syntax that Babel removed. Espruino has this operator.
    target: "es2015",
    supported: { "nullish-coalescing": true },
    charset: "ascii",
    // The bundler would try to resolve Espruino's own modules.
    define: { espruinoModule: "require" },
  });
  if (code.includes("BUILT_AT_S")) throw new Error("the program needs the date of its build");
  const refused = refusedSyntax(code);
  if (refused.length > 0) throw new Error(`Espruino cannot run this:\n${refused.join("\n")}`);
  const [output] = Object.values(bundled.metafile.outputs);
  const inputs = Object.entries(output!.inputs);
  return { code, sources: new Map(inputs.map(([path, { bytesInOutput }]) => [path, bytesInOutput])) };
}

function bundle(entry: URL, { names, all, builtAtS }: TranspileOptions): Promise<Bundled> {
  const shortNames = {
    mangleProps: /./,
    reserveProps: keptNames(names),
    // A keyword to Espruino, also after a dot.
    mangleCache: { of: false as const },
  };
  return build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    format: "iife",
    target: "es2020",
    // A field without initialiser must not become an assignment.
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    minifySyntax: true,
    write: false,
    metafile: true,
    logLevel: "silent",
    // Espruino has Error alone.
    define: { RangeError: "Error", ...(builtAtS === undefined ? {} : { BUILT_AT_S: String(builtAtS) }) },
    ...(all === "names" ? {} : shortNames),
  });
}
