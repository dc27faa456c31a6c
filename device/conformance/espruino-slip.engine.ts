import { transpileForEspruino } from "../boards/espruino/build/transpile.ts";
import { slipFrame } from "@purrimeter/protocol/slip";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

const program = process.env["ESPRUINO"];
const ENTRY = new URL("../boards/bangle2/testing/slip-entry.ts", import.meta.url);

/** Every byte, and those that are escaped or escape next to each other. */
const FRAME = Uint8Array.from([
  ...Array.from({ length: 256 }, (_, byte) => byte),
  ...[0xdb, 0xdc, 0xdb, 0xdd, 0xc0, 0xc0, 0x11, 0x13, 0xdb, 0xde, 0xdb],
]);

it.skipIf(program === undefined)(
  "Espruino's text keeps frames byte for byte: it makes no UTF-8 of them",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "espruino-slip-"));
    try {
      const kept = { names: ["engine", "slipText", "SlipText", "feed"] };
      const { code } = await transpileForEspruino(ENTRY, kept);
      const path = join(folder, "slip.js");
      writeFileSync(
        path,
        `var engine = {};
${code}
function bytes(text) { print("|" + JSON.stringify([].slice.call(E.toUint8Array(text)))); }
var frame = E.toString(new Uint8Array(${JSON.stringify([...FRAME])}));
var stream = engine.slipText(frame);
bytes(stream);
var reader = new engine.SlipText(300, bytes);
for (var at = 0; at < stream.length; at += 7) reader.feed(stream.slice(at, at + 7));
quit();
`,
      );
      const said = execFileSync(program ?? "", [path], { encoding: "latin1", timeout: 60_000 });
      const lines = said.split("\n").filter((line) => line.includes("|["));
      const [stream, read] = lines.map(
        (line) => JSON.parse(line.slice(line.indexOf("[", line.indexOf("|")))) as number[],
      );
      expect(stream).toEqual([...slipFrame(FRAME)]);
      expect(read).toEqual([...FRAME]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
