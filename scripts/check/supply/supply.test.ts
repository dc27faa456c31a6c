import { expect, it } from "vitest";
import { checkInstallScripts } from "./install-scripts.ts";
import { checkLicences } from "./licences.ts";
import { readLockfile } from "./lockfile.ts";
import { checkMinimumVersions, MINIMUM_VERSIONS } from "./minimum-versions.ts";
import { checkPinnedActions } from "./pinned-actions.ts";

const HASH = "3d3c42e5aac5ba805825da76410c181273ba90b1";

const locked = (packages: Record<string, object>) => readLockfile(JSON.stringify({ packages }));

it("reads what is installed, by its name in the registry, without workspaces", () => {
  const packages = locked({
    "": { name: "purrimeter" },
    auth: { version: "0.1.0" },
    "node_modules/@purrimeter/auth": { link: true },
    "node_modules/better-sqlite3": {
      name: "better-sqlite3-multiple-ciphers",
      version: "13.0.3",
      license: "MIT",
    },
    "auth/node_modules/@a/b": { version: "1.0.0", dev: true },
  });
  expect(packages.map(({ name, version, isDev }) => ({ name, version, isDev }))).toEqual([
    { name: "better-sqlite3-multiple-ciphers", version: "13.0.3", isDev: false },
    { name: "@a/b", version: "1.0.0", isDev: true },
  ]);
});

it.each(["MIT", "(MIT OR GPL-3.0)", "Apache-2.0"])("accepts the licence %s", (license) => {
  expect(checkLicences(locked({ "node_modules/a": { license } }))).toEqual([]);
});

it.each(["GPL-3.0", "AGPL-3.0-only", "MIT AND GPL-3.0", "MPL-2.0", "SEE LICENSE IN x", undefined])(
  "refuses the licence %s in a service",
  (license) => {
    expect(checkLicences(locked({ "node_modules/a": { license } }))).toHaveLength(1);
  },
);

it("accepts more licences for tools, and not every one", () => {
  expect(checkLicences(locked({ "node_modules/a": { license: "MPL-2.0", dev: true } }))).toEqual([]);
  expect(checkLicences(locked({ "node_modules/a": { license: "SSPL-1.0", dev: true } }))).toHaveLength(1);
});

it("refuses an install script that is not named, and one that may run", () => {
  const packages = locked({ "node_modules/a": { hasInstallScript: true } });
  const manifest = (allowScripts: object) => JSON.stringify({ allowScripts });
  expect(checkInstallScripts(packages, manifest({ a: false }))).toEqual([]);
  expect(checkInstallScripts(packages, manifest({}))).toHaveLength(1);
  expect(checkInstallScripts(packages, manifest({ a: true }))).toHaveLength(1);
});

it.each([
  ["1.4.2", 1],
  ["1.4.3-rc.1", 1],
  ["0.10.0", 1],
  ["x", 1],
  ["1.4.3", 0],
  ["1.10.0", 0],
  ["2.0.0", 0],
])("compares version %s with a minimum of 1.4.3", (version, breaches) => {
  const minimums = { a: { version: "1.4.3", advisories: ["CVE-1"] } };
  expect(checkMinimumVersions(locked({ "node_modules/a": { version } }), minimums)).toHaveLength(breaches);
});

it("finds an old version deep in the tree, and a minimum of a package that is gone", () => {
  const minimums = { a: { version: "2.0.0", advisories: ["CVE-1"] } };
  const packages = locked({
    "node_modules/a": { version: "2.0.0" },
    "node_modules/b/node_modules/a": { version: "1.9.9" },
  });
  expect(checkMinimumVersions(packages, minimums)).toEqual([
    { where: "package-lock.json: node_modules/b/node_modules/a", what: "is 1.9.9, older than 2.0.0: CVE-1" },
  ]);
  expect(checkMinimumVersions([], minimums)).toHaveLength(1);
  for (const { advisories } of Object.values(MINIMUM_VERSIONS)) expect(advisories).not.toEqual([]);
});

it.each([
  `      - uses: actions/checkout@${HASH} # v7.0.1`,
  "      uses: ./.github/actions/own",
  "# uses: nothing",
])("accepts %s", (line) => {
  expect(checkPinnedActions([["ci.yml", line]])).toEqual([]);
});

it.each([
  "      - uses: actions/checkout@v4",
  "      - uses: actions/checkout@main # v4",
  `      - uses: actions/checkout@${HASH.slice(1)} # v7.0.1`,
  `      - uses: actions/checkout@${HASH}`,
  "        uses: docker://alpine",
])("refuses %s", (line) => {
  expect(checkPinnedActions([["ci.yml", line]])).toHaveLength(1);
});
