import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AtStream, MAX_READ_BYTES } from "./at-stream.ts";

function hear(parts: readonly Uint8Array[], expectsData = true): string[] {
  const heard: string[] = [];
  const stream = new AtStream({
    line: (text) => heard.push(text),
    prompt: () => heard.push(">"),
    data: (bytes) => heard.push(`data ${Buffer.from(bytes).toString("hex")}`),
  });
  stream.expectsData = expectsData;
  for (const part of parts) stream.feed(part, part.length);
  return heard;
}

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

/** Cuts at the given places. */
function cut(whole: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (whole.length + 1)), whole.length].sort((a, b) => a - b);
  return ends.map((end, i) => whole.subarray(i === 0 ? 0 : ends[i - 1], end));
}

describe("the modem's bytes", () => {
  it("are lines, prompts and counted data", () => {
    const data = "\r\nOK\r\n>";
    const whole = bytes(
      `AT\r\r\nOK\r\n\r\n> \r\n+CARECV: ${data.length},${data}\r\n\r\nOK\r\n+CARECV: 0\r\n`,
    );
    const seen = ["AT", "OK", ">", `data ${bytes(data).toString("hex")}`, "OK", "+CARECV: 0"];
    expect(hear([whole])).toEqual(seen);
  });

  it("mean the same wherever they are cut", () => {
    const answer = fc.oneof(
      fc.constantFrom("AT+CSQ\r", "\r\nOK\r\n", "\r\n> ", "\r\n+CADATAIND: 0\r\n", "\r\n+CARECV: 0\r\n"),
      fc.uint8Array({ minLength: 1, maxLength: MAX_READ_BYTES }).map((data) => {
        return `\r\n+CARECV: ${data.length},${Buffer.from(data).toString("latin1")}\r\n`;
      }),
      fc.string({ maxLength: 300 }).map((text) => `${text}\r\n`),
    );
    fc.assert(
      fc.property(fc.array(answer), fc.array(fc.nat()), (answers, places) => {
        const whole = bytes(answers.join(""));
        expect(hear(cut(whole, places))).toEqual(hear([whole]));
      }),
    );
  });

  it("are no data where none was asked for, and none where the count is out of range", () => {
    expect(hear([bytes("+CARECV: 5,ab\r\nOK\r\n")], false)).toEqual(["+CARECV: 5,ab", "OK"]);
    for (const count of ["0", "513", "99999999", "-1", "x", ""])
      expect(hear([bytes(`+CARECV: ${count},ab\r\nOK\r\n`)])).toEqual([`+CARECV: ${count},ab`, "OK"]);
  });

  it("leave out lines that are too long or no text, and go on behind them", () => {
    const lines = ["x".repeat(192), "y".repeat(193), "a\u0000b", "a\u00ffb", "OK"].join("\r\n");
    expect(hear([bytes(`${lines}\r\n`)])).toEqual(["x".repeat(192), "OK"]);
  });

  it("may be anything at all", () => {
    fc.assert(fc.property(fc.uint8Array(), (noise) => void hear([noise])));
  });
});
