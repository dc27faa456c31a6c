// Says which packages may import which, and fails on an import that is not in the table or not declared.
import { readFileSync } from "node:fs";
import { globSync } from "node:fs";

/** Imports go one way (ARCHITECTURE.md). cli composes and bench measures: nothing imports them. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  service: [],
  certs: [],
  device: ["protocol"],
  secrets: ["service"],
  database: ["service"],
  store: ["protocol", "database", "secrets", "service"],
  bridge: ["protocol", "device", "store", "secrets", "service"],
  "ble-gateway": ["protocol", "device", "service"],
  "auth-api": ["service"],
  auth: ["auth-api", "database", "secrets", "service"],
  "cloud-api": ["auth-api", "protocol", "store", "secrets", "service"],
  simulator: ["protocol", "device", "service"],
  cli: [
    ...["protocol", "device", "certs", "store", "secrets", "database", "bridge", "ble-gateway"],
    ...["auth", "auth-api", "cloud-api", "simulator", "service"],
  ],
  bench: [
    ...["protocol", "device", "certs", "store", "secrets", "database", "bridge", "simulator"],
    ...["cloud-api", "auth", "cli", "service"],
  ],
};

/** Tests may make certificates, for a real handshake; those of cloud-api run the real auth behind it. */
const TESTS_MAY_IMPORT: Readonly<Record<string, readonly string[]>> = { "cloud-api": ["certs", "auth"] };
const ALL_TESTS_MAY_IMPORT = ["certs"];

const IMPORT = /(?:from|import)\s*\(?\s*["']([^"']+)["']/g;

function faultsOf(file: string): string[] {
  const [name = ""] = file.split("/");
  const test = /\.(test|contract|arbitrary)\.ts$|\/testing\//.test(file);
  const allowed = [
    name,
    ...(ALLOWED[name] ?? []),
    ...(test ? (TESTS_MAY_IMPORT[name] ?? ALL_TESTS_MAY_IMPORT) : []),
  ];
  const faults: string[] = [];
  for (const [, target = ""] of readFileSync(file, "utf8").matchAll(IMPORT)) {
    const [, scope] = /^@purrimeter\/([^/]+)/.exec(target) ?? [];
    if (scope !== undefined && !allowed.includes(scope))
      faults.push(`${file}: ${name} may not import ${scope}`);
  }
  return faults;
}

const files = globSync("*/{src,core,drivers,boards,conformance,e2e}/**/*.ts", {
  exclude: ["node_modules/**"],
});
const faults = files.filter((file) => !file.startsWith("node_modules")).flatMap(faultsOf);
for (const fault of faults) console.error(fault);
console.log(`${files.length} files, ${faults.length} imports that the house forbids`);
process.exitCode = faults.length === 0 ? 0 : 1;
