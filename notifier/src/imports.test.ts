import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SPECIFIER = /^(?:import|export)\b[^;]*?\bfrom "(\.[^"]+|@purrimeter\/[^"]+)";$/gmu;

/** Files of ours that a module loads, itself included; types alone are not loaded. */
function loadedBy(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const [statement, specifier = ""] of readFileSync(path, "utf8").matchAll(SPECIFIER)) {
    if (/^(?:import|export) type\b/u.test(statement)) continue;
    const url = specifier.startsWith(".")
      ? new URL(specifier, `file://${path}`).href
      : import.meta.resolve(specifier);
    loadedBy(fileURLToPath(url), found);
  }
  return found;
}

test("the process loads no store, no database, no accounts and no key ring", () => {
  const loaded = [...loadedBy(fileURLToPath(new URL("main.ts", import.meta.url)))];
  expect(loaded.filter((path) => path.endsWith("/service/src/run/run-service.ts"))).toHaveLength(1);
  expect(loaded.filter((path) => path.endsWith("/secrets/src/vault/vault-secrets.ts"))).toHaveLength(1);
  expect(
    loaded.filter((path) =>
      /\/(?:store|database|audit|auth|auth-api|bridge|cloud-api|key-ring)\//u.test(path),
    ),
  ).toEqual([]);
});
