import { describe, expect, it } from "vitest";
import { asciiBytes } from "./ascii-bytes.ts";
import { AtChannel, type AtCommand } from "./at-channel.ts";

const SEND: AtCommand = { text: "AT+CASEND=0,3", deadlineMs: 20_000, payload: Uint8Array.of(1, 2, 3) };
const READ: AtCommand = { text: "AT+CARECV=0,80", deadlineMs: 10_000, reads: true };
const ASK: AtCommand = { text: "AT+CPIN?", deadlineMs: 5_000, wants: "+CPIN:" };

class Bench {
  readonly ends: string[] = [];
  readonly unsolicited: string[] = [];
  readonly typed: string[] = [];
  readonly channel: AtChannel;
  nowMs = 0;

  constructor() {
    const clock = { monotonicMs: () => this.nowMs, utcS: () => 0, setUtcS: () => undefined };
    this.channel = new AtChannel(clock, {
      write: (bytes) => this.typed.push(Buffer.from(bytes).toString("latin1")),
      ended: (outcome, answer, data) =>
        this.ends.push([outcome, answer, data?.join() ?? ""].join(" ").trim()),
      unsolicited: (line) => this.unsolicited.push(line),
    });
  }

  hear(text: string): this {
    const bytes = asciiBytes(text);
    this.channel.feed(bytes, bytes.length);
    return this;
  }

  pass(ms: number): this {
    this.nowMs += ms;
    this.channel.tick();
    return this;
  }

  run(command: AtCommand): this {
    this.channel.run(command);
    return this;
  }
}

const ran = (command: AtCommand): Bench => new Bench().run(command).hear(`${command.text}\r`);

describe("a command", () => {
  it.each([
    ["its answer before OK", "\r\n+CPIN: READY\r\n\r\nOK\r\n", ["ok +CPIN: READY"]],
    ["its answer after OK", "\r\nOK\r\n\r\n+CPIN: READY\r\n", ["ok +CPIN: READY"]],
    ["OK alone", "\r\nOK\r\n", []],
    ["ERROR", "\r\nERROR\r\n", ["error"]],
    ["a numbered error", "\r\n+CME ERROR: 10\r\n", ["error"]],
  ])("ends with %s", (_what, answer, ends) => {
    expect(ran(ASK).hear(answer).ends).toEqual(ends);
  });

  it("does not take for its answer what came before its echo", () => {
    const bench = new Bench().run(ASK).hear("\r\nOK\r\n+CPIN: SIM PIN\r\nERROR\r\n");
    expect(bench.ends).toEqual([]);
    expect(bench.hear(`${ASK.text}\r\r\n+CPIN: READY\r\nOK\r\n`).ends).toEqual(["ok +CPIN: READY"]);
  });

  it("hands on what belongs to no command", () => {
    expect(ran(ASK).hear("\r\n+CADATAIND: 0\r\n").unsolicited).toEqual(["+CADATAIND: 0"]);
  });

  it("ends at its deadline", () => {
    expect(ran(ASK).pass(4_999).ends).toEqual([]);
    expect(ran(ASK).pass(5_000).ends).toEqual(["timeout"]);
  });
});

describe("bytes to the modem", () => {
  it("go when they are asked for, once", () => {
    const bench = ran(SEND).hear("\r\n> \r\n> ").hear("\r\nOK\r\n");
    expect([bench.typed.slice(1), bench.ends]).toEqual([["\u0001\u0002\u0003"], ["ok"]]);
  });

  it.each<[string, (bench: Bench) => Bench]>([
    ["nothing after the prompt", (bench) => bench.hear("\r\n> ").pass(20_000)],
    ["nothing at all", (bench) => bench.pass(20_000)],
    ["ERROR after the prompt", (bench) => bench.hear("\r\n> \r\nERROR\r\n")],
    ["ERROR, and then the prompt", (bench) => bench.hear("\r\nERROR\r\n").pass(900).hear("> ")],
    ["OK, and then the prompt", (bench) => bench.hear("\r\nOK\r\n").pass(900).hear("> ")],
  ])(
    "that are answered by %s leave the modem stuck: it may take what follows for the rest",
    (_what, answer) => {
      expect(answer(ran(SEND)).ends).toEqual(["stuck"]);
    },
  );

  it("that are refused are known to be so when no prompt follows", () => {
    expect(ran(SEND).hear("\r\nERROR\r\n").ends).toEqual([]);
    expect(ran(SEND).hear("\r\nERROR\r\n").pass(1_000).ends).toEqual(["error"]);
  });
});

describe("bytes from the modem", () => {
  const answer = "\r\n+CARECV: 3,abc\r\n\r\nOK\r\n";

  it("are handed on when their answer is whole", () => {
    expect(ran(READ).hear(answer).ends).toEqual(["ok  97,98,99"]);
    expect(ran(READ).hear("\r\n+CARECV: 0\r\n\r\nOK\r\n").ends).toEqual(["ok"]);
  });

  it.each([
    ["twice", "\r\n+CARECV: 3,abc\r\n\r\n+CARECV: 3,abc\r\nOK\r\n"],
    ["not at all", "\r\nOK\r\n"],
    ["with a count and without data", "\r\n+CARECV: 999999\r\n+CARECV: 0\r\nOK\r\n"],
  ])("that come %s are not", (_what, text) => {
    expect(ran(READ).hear(text).ends).toEqual(["error"]);
  });

  it("that took ends of lines in place of lost bytes are not", () => {
    const bench = ran(READ).hear(answer).run(READ).hear(`${READ.text}\r`);
    bench.hear("\r\n+CARECV: 3,a\r\n\r\nOK\r\n");
    expect(bench.ends.slice(1)).toEqual(["error"]);
  });
});
