/** `testing`: what only tests and measurements may import; `test`: what nothing imports. */
export type KindOfFile = "product" | "test" | "testing";

/** The other engines' runs and measurements are made of tests' parts, too. */
const TEST = /\.(?:test|contract|engine)\.ts$|\/e2e\/|^bench\/|^device\/conformance\//;
const TESTING = /\/testing\/|\.(?:contract|arbitrary)\.ts$/;

/** By its path from the root: a contract suite is a test that other packages' tests may import. */
export function kindOfFile(path: string): KindOfFile {
  if (TESTING.test(path)) return "testing";
  return TEST.test(path) ? "test" : "product";
}
