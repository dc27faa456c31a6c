import { expect, it } from "vitest";
import { AbortSupervisor } from "./abort-supervisor.ts";

function make(giveUp: () => void = () => undefined): { supervisor: AbortSupervisor; given: () => number } {
  let count = 0;
  const supervisor = new AbortSupervisor(() => {
    count++;
    giveUp();
  });
  return { supervisor, given: () => count };
}

it.each(["unhandled exception", "unhandled rejection"])(
  "an %s gives up the session, and the board goes on",
  (what) => {
    const { supervisor, given } = make();
    expect(supervisor.aborted(what)).toBe(false);
    expect([given(), supervisor.survived]).toEqual([1, 1]);
  },
);

it.each(["memory full", "stack overflow", "dead strip"])("%s restarts the board", (what) => {
  const { supervisor, given } = make();
  expect(supervisor.aborted(what)).toBe(true);
  expect(given()).toBe(0);
});

it("too many in a row restart the board; an established session ends the row", () => {
  const { supervisor } = make();
  const row = (): boolean[] => Array.from({ length: 8 }, () => supervisor.aborted("unhandled exception"));
  expect(row()).toEqual(Array(8).fill(false));
  supervisor.calm();
  expect(row()).toEqual(Array(8).fill(false));
  expect(supervisor.aborted("unhandled exception")).toBe(true);
});

it("a session that cannot even be given up restarts the board", () => {
  const { supervisor } = make(() => {
    throw new Error("closed twice");
  });
  expect(supervisor.aborted("unhandled exception")).toBe(true);
});
