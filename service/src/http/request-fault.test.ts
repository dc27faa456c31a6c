import { expect, test } from "vitest";
import { requestFault } from "./request-fault.ts";

const HOST = ["Host", "localhost"];

test.each([
  "/v1/tags/cat-1",
  "/v1/tags/cat_1.2~3/locations?from=2026-01-01T00:00:00Z&x=%2e%2E/../",
  "/v1/found/7K2QF%209XWDA",
  "/v1/tags/%F0%9F%90%88",
  "https://localhost/v1/health",
  "/",
  "*",
])("%s is canonical", (url) => {
  expect(requestFault({ rawHeaders: HOST, url })).toBeUndefined();
});

test.each([
  "/%76%31/tags",
  "/v1/tags/%2e%2e/tags",
  "/v1/auth/../tags",
  "/v1/./tags",
  "/v1/tags/..",
  "/v1/tags/a%2fb",
  "/v1/tags/a%2Fb",
  "/v1/tags/a%5Cb",
  "/v1/tags/a\\b",
  "/v1/tags/a%00",
  "/v1/tags/%f0%9f%90%88",
  "/v1/tags/%zz",
  "/v1/tags/%C0%AE",
  "/v1/tags;x=1",
  "/v1/tags#a",
  "https://localhost/v1/%74ags",
])("%s is not", (url) => {
  expect(requestFault({ rawHeaders: HOST, url })).toBe("The path is not in its canonical form.");
});

test.each([[[]], [["X-Host", "a"]], [[...HOST, ...HOST]], [["host", "a", "HOST", "b"]]])(
  "%j is not one Host header",
  (rawHeaders) => {
    expect(requestFault({ rawHeaders, url: "/" })).toBe("A request must have one Host header.");
  },
);
