import { asTagId, type TagId } from "@purrimeter/protocol/values";
import { expect, it } from "vitest";
import { newPairing, pairingText, parsePairing } from "./pairing.ts";

const TOM = asTagId("tom") as TagId;

it("comes back from its text, and is another each time", () => {
  const [one, two] = [newPairing(TOM), newPairing(TOM)];
  const again = parsePairing(pairingText(one));
  expect(again === undefined ? "" : pairingText(again)).toBe(pairingText(one));
  expect(pairingText(one)).not.toBe(pairingText(two));
  expect(one.key).toHaveLength(32);
});

it.each([
  "",
  "{",
  "null",
  "[]",
  '{"tag":"tom"}',
  pairingText(newPairing(TOM)).replace("tom", "t/m"),
  pairingText(newPairing(TOM)).replace('"key":"', '"key":"0'),
])("is nothing in %j", (text) => expect(parsePairing(text)).toBeUndefined());
