import type { Linter } from "eslint";

/** Lines are counted without blanks and comments. */
export interface Sizes {
  readonly fileLines: number;
  readonly functionLines: number;
  readonly complexity: number;
  readonly parameters: number;
}

/** The greatest sizes of new code. */
const SIZES: Sizes = { fileLines: 250, functionLines: 60, complexity: 15, parameters: 5 };
/** The same of tests, where a suite is one function. */
const TEST_SIZES: Sizes = { ...SIZES, fileLines: 350, functionLines: 170 };

export const TEST_FILES: readonly string[] = [
  "**/*.test.ts",
  "**/*.contract.ts",
  "**/*.arbitrary.ts",
  "**/*.engine.ts",
  "**/testing/**",
  "**/e2e/**",
];

/** Files that are larger already, each with its present size. */
export const LARGER: Readonly<Record<string, Partial<Sizes>>> = {
  "bridge/src/broker/hardening.test.ts": { fileLines: 363 },
  "cloud-api/src/openapi.test.ts": { complexity: 22 },
  "device/conformance/scenarios/virtual-board.ts": { fileLines: 276 },
  "device/core/geofence/decide-side.ts": { parameters: 7 },
  "device/core/firmware.ts": { fileLines: 261 },
  "device/core/nmea/nmea-field.ts": { parameters: 6 },
  "device/core/nmea/nmea.ts": { complexity: 17 },
  "device/core/tag.ts": { parameters: 6 },
  "device/boards/espruino/build/refused-syntax.ts": { complexity: 24 },
  "device/drivers/sim7080g/modem-uplink.ts": { fileLines: 264 },
  "device/drivers/sim7080g/testing/simulated-modem.ts": { complexity: 26 },
  "store/src/testing/ownership.contract.ts": { functionLines: 185 },
  "secrets/src/vault/fault-of-answer.ts": { complexity: 21 },
};

const lines = (max: number): Linter.RuleEntry => ["error", { max, skipBlankLines: true, skipComments: true }];

const RULES: Readonly<Record<keyof Sizes, (max: number) => Linter.RulesRecord>> = {
  fileLines: (max) => ({ "max-lines": lines(max) }),
  functionLines: (max) => ({ "max-lines-per-function": lines(max) }),
  complexity: (max) => ({ complexity: ["error", max] }),
  parameters: (max) => ({ "max-params": ["error", max] }),
};

/** ESLint's rules for the sizes that are given; the others stay as they are. */
export function rulesOfSizes(sizes: Partial<Sizes>): Linter.RulesRecord {
  const rules: Linter.RulesRecord = {};
  for (const [name, max] of Object.entries(sizes)) Object.assign(rules, RULES[name as keyof Sizes](max));
  return rules;
}

export const sizeConfigs: readonly Linter.Config[] = [
  { rules: rulesOfSizes(SIZES) },
  { files: [...TEST_FILES], rules: rulesOfSizes(TEST_SIZES) },
  ...Object.entries(LARGER).map(([file, sizes]) => ({ files: [file], rules: rulesOfSizes(sizes) })),
];
