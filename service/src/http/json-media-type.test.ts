import { expect, test } from "vitest";
import { mediaTypeFault } from "./json-media-type.ts";

test.each([
  [{ "content-type": "application/json" }, undefined],
  [{ "content-type": "Application/JSON; charset=utf-8" }, undefined],
  [{ "content-type": "application/json", "content-encoding": "identity" }, undefined],
  [{ "content-type": 'application/json ; x=1; Charset="UTF-8"' }, undefined],
  [{ "content-type": "application/json; charset=utf-16" }, "media-type"],
  [{ "content-type": 'application/json;x=1; CHARSET="utf-16"' }, "media-type"],
  [{ "content-type": "application/json; charset=utf-8; charset=utf-7" }, "media-type"],
  [{ "content-type": "application/json; charset=" }, "media-type"],
  [{}, "media-type"],
  [{ "content-type": "" }, "media-type"],
  [{ "content-type": "text/plain" }, "media-type"],
  [{ "content-type": "application/jsonp" }, "media-type"],
  [{ "content-type": "text/plain, application/json" }, "media-type"],
  [{ "content-type": "application/x-www-form-urlencoded" }, "media-type"],
  [{ "content-type": "application/json", "content-encoding": "gzip" }, "content-coding"],
  [{ "content-type": "application/json", "content-encoding": "identity, br" }, "content-coding"],
] as [Record<string, string>, string | undefined][])("%j: %s", (headers, fault) => {
  expect(mediaTypeFault(new Headers(headers))).toBe(fault);
});
