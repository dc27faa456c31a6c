import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Cursors } from "./cursors.ts";

const cursors = new Cursors(randomBytes(32));
const scope = { route: "locations", owner: "a", tag: "cat" };

describe("Cursors", () => {
  it("opens what it sealed, and says nothing of it", () => {
    const cursor = cursors.seal(scope, [1, 2, "position"]);
    expect(cursors.open(scope, cursor)).toEqual([1, 2, "position"]);
    expect(cursor).not.toBe(cursors.seal(scope, [1, 2, "position"]));
    expect(Buffer.from(cursor, "base64url").toString("latin1")).not.toContain("position");
  });

  it.each([
    ["owner", { ...scope, owner: "b" }],
    ["tag", { ...scope, tag: "dog" }],
    ["route", { ...scope, route: "events" }],
    ["list", { route: "locations", owner: "a" }],
  ])("refuses the cursor of another %s", (_, other) => {
    expect(() => cursors.open(other, cursors.seal(scope, 1))).toThrow(/not given by this list/);
  });

  it("refuses any changed character, cut and foreign text", () => {
    const cursor = cursors.seal(scope, 1);
    for (let i = 0; i < cursor.length; i++) {
      const changed = cursor.slice(0, i) + (cursor[i] === "A" ? "B" : "A") + cursor.slice(i + 1);
      expect(() => cursors.open(scope, changed)).toThrow(/not given/);
      expect(() => cursors.open(scope, cursor.slice(0, i))).toThrow(/not given/);
    }
    expect(() => cursors.open(scope, `${cursor}=`)).toThrow(/not given/);
    expect(() => new Cursors(randomBytes(32)).open(scope, cursor)).toThrow(/not given/);
  });
});
