import { readFileSync } from "node:fs";
import { decode as decodeCbor } from "cborg";
import { describe, expect, it } from "vitest";
import { decodeAck, encodeAck } from "./ack.ts";
import { decodeCommand, encodeCommand } from "./command.ts";
import type { Decoded } from "./decode-error.ts";
import { decodeReport, encodeReport } from "./report/report.ts";
import { decodeSettings, encodeSettings } from "./settings.ts";
import { decodeStatus, encodeStatus } from "./status.ts";

type Vector = { name: string; hex: string; value?: unknown; error?: unknown };

const codecs: Record<string, [(bytes: Uint8Array) => Decoded<unknown>, (value: never) => Uint8Array]> = {
  ack: [decodeAck, encodeAck],
  command: [decodeCommand, encodeCommand],
  report: [decodeReport, encodeReport],
  settings: [decodeSettings, encodeSettings],
  status: [decodeStatus, encodeStatus],
};

for (const [message, [decode, encode]] of Object.entries(codecs)) {
  const file = new URL(`../vectors/${message}.json`, import.meta.url);
  const vectors = JSON.parse(readFileSync(file, "utf8")) as Vector[];

  describe(`vectors of ${message}`, () => {
    it.each(vectors.filter((vector) => vector.value !== undefined))("$name", ({ hex, value }) => {
      const bytes = new Uint8Array(Buffer.from(hex, "hex"));
      expect(decode(bytes)).toEqual({ ok: true, value });
      expect(encode(value as never)).toEqual(bytes);
      expect(decodeCbor(bytes, { useMaps: true, strict: true })).toBeInstanceOf(Map);
    });

    it.each(vectors.filter((vector) => vector.error !== undefined))("malformed: $name", ({ hex, error }) => {
      expect(decode(new Uint8Array(Buffer.from(hex, "hex")))).toEqual({ ok: false, error });
    });

    it("cut at any byte is truncated", () => {
      for (const { hex, value } of vectors) {
        const bytes = new Uint8Array(Buffer.from(hex, "hex"));
        for (let length = 1; value !== undefined && length < bytes.length; length++) {
          expect(decode(bytes.slice(0, length))).toMatchObject({ ok: false, error: { reason: "truncated" } });
        }
      }
    });
  });
}
