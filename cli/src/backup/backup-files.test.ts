import { expect, test } from "vitest";
import { belongsTo } from "./backup-files.ts";

test.each(["exports/0123456789abcdef0123456789abcdef", "exports", "log/auth.log", "secrets/mail/1.eml"])(
  "%s is in no backup",
  (path) => {
    expect([belongsTo("data", path), belongsTo("secrets", path)]).toEqual([false, false]);
  },
);

test("what nobody knows is in the half with secrets", () => {
  expect(belongsTo("secrets", "exports-of-mine/file")).toBe(true);
});
