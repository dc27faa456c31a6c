import { CborWriter } from "@purrimeter/protocol/cbor-writer";
import { encodeCommand } from "@purrimeter/protocol/command";
import type { Command } from "@purrimeter/protocol/messages";
import { describe, expect, it } from "vitest";
import { NOON_S, Rig } from "./testing/tag-rig.ts";

function command(
  id: number,
  action: Command["action"],
  seconds = 60,
  expiresAt = NOON_S + 7_200,
): Uint8Array {
  return encodeCommand({ id, action, seconds, expiresAt });
}

/** The action has no name in this program; version 2, seconds 60. */
function tomorrow(id: number, code: number, version = 2): Uint8Array {
  const writer = new CborWriter(128);
  writer.map(5);
  for (const [key, value] of [version, id, code, 60, NOON_S + 7_200].entries()) {
    writer.int(key);
    writer.int(value);
  }
  return writer.taken();
}

function started(seconds = 70): Rig {
  const rig = new Rig();
  rig.firmware.start();
  rig.connect();
  rig.pass(seconds);
  return rig;
}

/** Answers as the cloud stored them, in the order of their numbers. */
function answers(rig: Rig): string[] {
  const entries = [...rig.cloud.stored].sort(([a], [b]) => a - b).map(([, entry]) => entry);
  return entries.flatMap((entry) => (entry.kind === "answer" ? [`${entry.command} ${entry.outcome}`] : []));
}

describe("a command is answered at once", () => {
  it.each(["live", "buzz", "light", "locate", "stop"] as const)("done: %s, once for each id", (action) => {
    const rig = started();
    rig.hear(command(7, action), "command");
    rig.hear(command(7, action), "command");
    rig.answer();
    expect(answers(rig)).toEqual(["7 done"]);
  });

  it("expired: it does nothing", () => {
    const rig = started();
    rig.hear(command(7, "buzz", 60, rig.utcS - 1), "command");
    rig.answer();
    expect(answers(rig)).toEqual(["7 expired"]);
    expect(rig.done).toEqual([]);
  });

  it("not expired: in the last second it is done", () => {
    const rig = started();
    rig.hear(command(7, "buzz", 60, rig.utcS), "command");
    expect(rig.done).toEqual(["buzz 60"]);
  });

  it.each([5, 9, 255])("refused: action %d of version 2 is newer than the program", (code) => {
    const rig = started();
    rig.hear(tomorrow(7, code), "command");
    rig.answer();
    expect(answers(rig)).toEqual(["7 refused"]);
    expect(rig.done).toEqual([]);
  });

  it("an action that version 1 cannot have is no command", () => {
    const rig = started();
    rig.hear(tomorrow(7, 3, 1), "command");
    rig.hear(tomorrow(8, 256), "command");
    rig.answer();
    expect(answers(rig)).toEqual([]);
  });
});

describe("stop", () => {
  it("ends live mode, buzzer and light, and answers each command that it ends once more", () => {
    const rig = started();
    rig.hear(command(1, "live", 3_600), "command");
    rig.hear(command(2, "buzz", 3_600), "command");
    rig.hear(command(3, "light", 1), "command");
    rig.pass(20);
    rig.hear(command(4, "stop", 0), "command");
    rig.answer();
    expect(rig.done.slice(-2)).toEqual(["buzz 0", "light 0"]);
    expect(answers(rig).slice(-3)).toEqual(["1 stopped", "2 stopped", "4 done"]);
    const { fixes } = rig.firmware.stats;
    rig.pass(300);
    expect(rig.firmware.stats.fixes - fixes).toBeLessThan(8);
  });

  it("ends nothing twice", () => {
    const rig = started();
    rig.hear(command(1, "live", 3_600), "command");
    rig.hear(command(2, "stop", 0), "command");
    rig.hear(command(3, "stop", 0), "command");
    rig.answer();
    expect(answers(rig)).toEqual(["1 done", "1 stopped", "2 done", "3 done"]);
  });

  it("answers for every command that the tag remembers", () => {
    const rig = started();
    for (let id = 1; id <= 12; id++) rig.hear(command(id, "light", 3_600), "command");
    rig.hear(command(13, "stop", 0), "command");
    rig.answer();
    const stopped = answers(rig).filter((answer) => answer.endsWith("stopped"));
    expect(stopped.toSorted()).toEqual([6, 7, 8, 9, 10, 11, 12].map((id) => `${id} stopped`).toSorted());
  });
});

describe("locate", () => {
  it("takes one fix now and reports it at once", () => {
    const rig = started();
    const before = rig.firmware.stats.fixes;
    rig.hear(command(1, "locate", 0), "command");
    rig.pass(3);
    expect(rig.firmware.stats.fixes).toBe(before + 1);
    expect(rig.firmware.stats.pending).toBe(0);
    rig.pass(30);
    expect(rig.firmware.stats.fixes).toBe(before + 1);
  });

  it("also while the cat sleeps", () => {
    const rig = started(0);
    rig.firmware.moved();
    rig.pass(7_200);
    const before = rig.firmware.stats.fixes;
    rig.pass(3_600);
    expect(rig.firmware.stats.fixes).toBe(before);
    rig.hear(command(1, "locate", 0, rig.utcS + 900), "command");
    rig.pass(3);
    expect(rig.firmware.stats.fixes).toBe(before + 1);
  });

  it("that finds no sky reports the fix when there is one", () => {
    const rig = started();
    rig.place = undefined;
    rig.hear(command(1, "locate", 0), "command");
    rig.pass(120);
    rig.place = { lat: 52, lon: 5 };
    const before = rig.firmware.stats.fixes;
    for (let s = 0; s < 600 && rig.firmware.stats.fixes === before; s++) rig.pass(1);
    expect(rig.firmware.stats.pending).toBe(0);
  });
});

describe("after one reading with a wrong date", () => {
  /** The receiver says a time that is off, once; then the right time again. */
  function misled(offS: number): Rig {
    const rig = started(600);
    rig.hear(command(1, "locate", 0, rig.utcS + 900), "command");
    rig.speak(NOON_S + rig.nowMs / 1_000 + offS);
    rig.answer();
    return rig;
  }

  it.each([3_600, 86_400, 365 * 86_400])("%d s off, a command with a right expiry is done", (offS) => {
    const rig = misled(offS);
    const rightAt = NOON_S + rig.nowMs / 1_000;
    expect(rig.utcS).toBe(rightAt + offS);
    rig.hear(command(2, "buzz", 9, rightAt + 900), "command");
    rig.place = undefined;
    rig.pass(300);
    rig.hear(command(3, "light", 9, rightAt + 900), "command");
    expect(rig.done).toEqual(["buzz 9", "light 9"]);
    rig.answer();
    expect(answers(rig)).toEqual(["1 done", "2 done", "3 done"]);
  });

  it("commands expire again when two readings agree", () => {
    const rig = misled(3_600);
    rig.pass(3_600);
    rig.hear(command(2, "buzz", 9, rig.utcS - 1), "command");
    expect(rig.done).toEqual([]);
  });
});
