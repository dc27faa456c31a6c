import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CborWriter } from "./cbor/cbor-writer.ts";
import { decodeCommand, encodeCommand } from "./command.ts";
import type { Command, LostMode, Settings, Status } from "./messages.ts";
import { decodeSettings, encodeSettings } from "./settings.ts";
import { decodeStatus, encodeStatus } from "./status.ts";

const uint32 = fc.integer({ min: 1, max: 4_294_967_295 });
const command = fc.record<Command>({
  id: uint32,
  action: fc.constantFrom("live", "buzz", "light", "locate", "stop"),
  seconds: fc.integer({ min: 1, max: 3_600 }),
  expiresAt: uint32,
});
const settings = fc.record<Settings>({
  version: uint32,
  fixIntervalS: fc.integer({ min: 1, max: 86_400 }),
  reportIntervalS: fc.integer({ min: 1, max: 86_400 }),
  geofences: fc.constant([]),
  detection: fc.constantFrom("quick", "usual", "quiet"),
});
const lost = fc.record<LostMode>({
  intervalS: fc.integer({ min: 30, max: 3_600 }),
  floorPercent: fc.integer({ min: 5, max: 50 }),
  buzzS: fc.integer({ min: 0, max: 30 }),
  until: fc.integer({ min: 0, max: 4_294_967_295 }),
});
const status = fc.record<Status>({
  online: fc.boolean(),
  settingsVersion: uint32,
  firmware: fc.stringMatching(/^[ -~]{0,32}$/),
  wireVersion: fc.constant(2),
});

/** A message that was decoded, or the reason why not. */
type Decode = (bytes: Uint8Array) => {
  readonly ok: boolean;
  readonly value?: unknown;
  readonly error?: { readonly reason: string };
};
const DECODERS: readonly Decode[] = [decodeCommand, decodeSettings, decodeStatus];

type Value = { readonly key: number; readonly write: (writer: CborWriter) => void };
const value = fc.oneof(
  fc
    .integer({ min: -4_294_967_295, max: 4_294_967_295 })
    .map((number) => (writer: CborWriter) => writer.int(number)),
  fc.boolean().map((flag) => (writer: CborWriter) => writer.bool(flag)),
  fc.stringMatching(/^[ -~]{0,20}$/).map((text) => (writer: CborWriter) => writer.ascii(text)),
);

/** Keys of a later program, ascending from `first`. */
const laterParts = (first: number): fc.Arbitrary<Value[]> =>
  fc
    .uniqueArray(fc.record({ key: fc.integer({ min: first, max: 23 }), write: value }), {
      selector: ({ key }) => key,
      minLength: 1,
      maxLength: 4,
    })
    .map((parts) => parts.toSorted((a, b) => a.key - b.key));

/** The message with the parts behind it; a map of up to 23 pairs has its number in the first byte. */
function extended(bytes: Uint8Array, parts: readonly Value[]): Uint8Array {
  const writer = new CborWriter(512);
  for (const byte of bytes) writer.bytes[writer.length++] = byte;
  for (const { key, write } of parts) {
    writer.int(key);
    write(writer);
  }
  const all = writer.taken();
  all[0] = bytes[0]! + parts.length;
  return all;
}

function asVersion(bytes: Uint8Array, version: number): Uint8Array {
  const other = bytes.slice();
  other[2] = version;
  return other;
}

describe("messages of both versions", () => {
  it("come back as they were encoded", () => {
    fc.assert(
      fc.property(command, settings, status, lost, fc.boolean(), (c, s, t, l, isLost) => {
        expect(decodeCommand(encodeCommand(c))).toEqual({ ok: true, value: c });
        expect(decodeSettings(encodeSettings(s))).toEqual({ ok: true, value: s });
        const older = { ...s, detection: undefined };
        expect(decodeSettings(encodeSettings(s, 1))).toEqual({ ok: true, value: older });
        expect(decodeStatus(encodeStatus(t))).toEqual({ ok: true, value: t });
        const lostSettings = { ...s, lost: l };
        expect(decodeSettings(encodeSettings(lostSettings))).toEqual({ ok: true, value: lostSettings });
        expect(decodeSettings(encodeSettings(lostSettings, 1))).toEqual({ ok: true, value: older });
        const lostStatus = { ...t, isLost };
        expect(decodeStatus(encodeStatus(lostStatus))).toEqual({ ok: true, value: lostStatus });
      }),
    );
  });

  it("are decoded or refused, never anything else, whatever bytes come", () => {
    const messages = fc.oneof(
      fc.uint8Array({ maxLength: 128 }),
      command.map((one) => encodeCommand(one)),
      settings.map((one) => encodeSettings(one)),
      status.map((one) => encodeStatus(one)),
    );
    const change = fc.record({ at: fc.nat(60), byte: fc.nat(255) });
    fc.assert(
      fc.property(messages, fc.array(change, { maxLength: 3 }), fc.nat(128), (bytes, changes, length) => {
        const damaged = bytes.slice(0, Math.max(1, length));
        for (const { at, byte } of changes) if (at < damaged.length) damaged[at] = byte;
        for (const decode of DECODERS) {
          const outcome = decode(damaged);
          if (!outcome.ok) expect(outcome.error?.reason).toMatch(/^[a-z-]+$/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("parts of a later program behind the known ones", () => {
  const cases = [
    ["command", 5, command.map((one) => encodeCommand({ ...one, action: "locate" })), decodeCommand],
    ["settings", 10, settings.map((one) => encodeSettings(one)), decodeSettings],
    ["status", 8, status.map((one) => encodeStatus(one)), decodeStatus],
  ] as const;

  it.each(cases)("are skipped in version 2, and refused in version 1: %s", (_, first, messages, decode) => {
    fc.assert(
      fc.property(messages, laterParts(first), (bytes, parts) => {
        const longer = extended(bytes, parts);
        expect(decode(longer)).toEqual(decode(bytes));
        expect(decode(bytes).ok).toBe(true);
        expect(decode(asVersion(longer, 1)).ok).toBe(false);
        expect(decode(longer.subarray(0, -1)).ok).toBe(false);
      }),
    );
  });

  it("must ascend", () => {
    const bytes = encodeCommand({ id: 1, action: "stop", seconds: 0, expiresAt: 9 });
    const parts = [9, 8].map((key) => ({ key, write: (writer: CborWriter) => writer.int(1) }));
    expect(decodeCommand(extended(bytes, parts))).toMatchObject({ error: { reason: "unknown-field" } });
  });
});

it("an action that is newer than the program reads as unknown, in version 2 alone", () => {
  const bytes = encodeCommand({ id: 1, action: "stop", seconds: 0, expiresAt: 9 });
  // Key 2 is behind the map's head, the version and the id.
  bytes[6] = 23;
  expect(decodeCommand(bytes)).toMatchObject({ ok: true, value: { id: 1, action: "unknown" } });
  expect(decodeCommand(asVersion(bytes, 1))).toMatchObject({ error: { reason: "out-of-range" } });
});
