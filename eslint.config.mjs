import security from "eslint-plugin-security";
import tseslint from "typescript-eslint";
import { machineConfig } from "./scripts/check/machine.ts";
import { sizeConfigs } from "./scripts/check/sizes.ts";

/** Syntax that one of the tag's engines (V8, XS, Espruino) lacks or gets wrong: docs/decisions/0002-tag-language.md. */
const MISSING_SYNTAX = {
  AwaitExpression: "the tag's core is synchronous",
  ":function[async=true]": "the tag's core is synchronous",
  ":function[generator=true]": "Espruino has no generators",
  LabeledStatement: "Espruino has no labels",
  "Literal[regex]": "regular expressions allocate, and the engines differ in them",
  "Literal[bigint]": "Espruino has no BigInt",
  "BinaryExpression[operator='**']": "Espruino has no exponentiation",
  TaggedTemplateExpression: "Espruino has no tagged templates",
  "ThrowStatement[argument.callee.name!='RangeError']":
    "the world's faults are values; a RangeError is a broken promise of ours",
  "ClassDeclaration[superClass.name='Error']": "Espruino cannot extend Error",
  "PropertyDefinition > ThisExpression": "Espruino evaluates a field initialiser without `this`",
  "Program > VariableDeclaration > VariableDeclarator > NewExpression[callee.name=/Array$/]":
    "XS freezes what it preloads: a typed array of a module cannot be written",
  "Program > VariableDeclaration[kind='let']": "module-level state does not survive XS's preload",
  "ExportNamedDeclaration > VariableDeclaration[kind='let']":
    "module-level state does not survive XS's preload",
  "TemplateLiteral[expressions.length>12]": "too long for the boards",
};

const MISSING_GLOBALS = [
  "Map",
  "Set",
  "WeakMap",
  "WeakSet",
  "Symbol",
  "BigInt",
  "Reflect",
  "Proxy",
  "Intl",
  "Date",
  "Buffer",
  "TextEncoder",
  "TextDecoder",
  "console",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "process",
  "globalThis",
  "structuredClone",
];

/** Missing on Espruino, or with a last bit that is the engine's own (transcendental functions). */
const MISSING_PROPERTIES = [
  ...["imul", "trunc", "hypot", "clz32", "fround", "sign", "log2", "log10", "cbrt", "random"].map((name) => [
    "Math",
    name,
  ]),
  ...["sin", "cos", "tan", "asin", "acos", "atan", "atan2", "exp", "log", "pow", "sinh", "cosh", "tanh"].map(
    (name) => ["Math", name],
  ),
  ...["isInteger", "isFinite", "isNaN", "isSafeInteger", "parseFloat"].map((name) => ["Number", name]),
  ["Object", "freeze"],
  ["Object", "entries"],
  ["Object", "fromEntries"],
  ["Array", "from"],
];

/** A test that says how long something may take fails on a slow machine: it waits for what happens, or the time is its own. */
const TIMED_EXPECTATIONS = [
  "CallExpression[callee.property.name=/^toBeLessThan/] > MemberExpression CallExpression[callee.object.name='performance']",
  "CallExpression[callee.property.name=/^(cpuUsage|hrtime|threadCpuUsage)$/]",
].map((selector) => ({ selector, message: "figures belong to bench/: a slow machine breaks such a test" }));

/** Plain JavaScript: what runs before Node 24 or the packages are there, and the linter's own configuration. */
const PLAIN = ["audit/verify-proof.mjs", "cli/bin/purrimeter.js", "eslint.config.mjs", "scripts/setup.mjs"];

const restricted = Object.entries(MISSING_SYNTAX).map(([selector, message]) => ({ selector, message }));

export default tseslint.config(
  {
    ignores: [
      "**/node_modules/",
      "data/",
      "data-*/",
      "coverage/",
      "device/**/*.js",
      "protocol/**/*.js",
      "device/build/",
      "device/boards/t-sim7080g-moddable/moddable.d.ts",
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  security.configs.recommended,
  ...sizeConfigs,
  // Before the tag's language, which forbids more.
  machineConfig,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: PLAIN, defaultProject: "tsconfig.node.json" },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "no-console": "error",
      eqeqeq: "error",
      "prefer-const": "error",
      // Every index into an array is one of these to the plugin; the types and noUncheckedIndexedAccess guard them.
      "security/detect-object-injection": "off",
      // Paths come from the operator's own command line and configuration; the services take none from a request.
      "security/detect-non-literal-fs-filename": "off",
    },
  },
  {
    files: ["cli/**", "bench/**", "scripts/**", "**/*.test.ts", "**/*.contract.ts"],
    rules: { "no-console": "off" },
  },
  {
    files: ["**/*.test.ts", "**/*.contract.ts", "**/*.arbitrary.ts", "device/**/testing/**"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "security/detect-child-process": "off",
      "security/detect-unsafe-regex": "off",
    },
  },
  {
    files: ["**/*.test.ts", "**/*.contract.ts", "cli/e2e/**"],
    rules: { "no-restricted-syntax": ["error", ...TIMED_EXPECTATIONS] },
  },
  {
    // Hono infers the type of a chain of routes for its client; nobody could write it down.
    files: ["cloud-api/src/app.ts", "cloud-api/src/*/*-routes.ts"],
    rules: { "@typescript-eslint/explicit-module-boundary-types": "off" },
  },
  {
    files: [
      "device/core/**/*.ts",
      "device/conformance/scenarios/**/*.ts",
      "device/drivers/**/*.ts",
      "device/boards/t-sim7080g/*.ts",
      "protocol/src/**/*.ts",
    ],
    ignores: ["**/*.test.ts", "**/*.contract.ts", "**/*.arbitrary.ts", "**/testing/**"],
    rules: {
      "no-restricted-syntax": ["error", ...restricted],
      "no-restricted-globals": ["error", ...MISSING_GLOBALS],
      "no-restricted-properties": [
        "error",
        ...MISSING_PROPERTIES.map(([object, property]) => ({ object, property })),
      ],
      "no-use-before-define": "off",
    },
  },
  // The rules that ask for types have them for plain JavaScript too, but for what this file imports.
  { files: ["eslint.config.mjs"], rules: { "@typescript-eslint/no-unsafe-argument": "off" } },
);
