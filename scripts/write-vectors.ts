// Writes protocol/vectors: bytes with what they mean, or why they mean nothing, for other implementations of the wire.
import { mkdirSync, writeFileSync } from "node:fs";
import { decodeAck, encodeAck } from "@purrimeter/protocol/ack";
import { decodeCommand, encodeCommand } from "@purrimeter/protocol/command";
import type { Decoded } from "@purrimeter/protocol/decode-error";
import type { Ack, Command, Report, Settings, Status } from "@purrimeter/protocol/messages";
import { decodeReport, encodeReport } from "@purrimeter/protocol/report";
import { decodeSettings, encodeSettings } from "@purrimeter/protocol/settings";
import { decodeStatus, encodeStatus } from "@purrimeter/protocol/status";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytesOf = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");

function good<T>(encode: (value: T) => Uint8Array, cases: Record<string, unknown>): object[] {
  return Object.entries(cases).map(([name, value]) => ({ name, hex: hex(encode(value as T)), value }));
}

function malformed(decode: (bytes: Uint8Array) => Decoded<unknown>, cases: Record<string, string>): object[] {
  return Object.entries(cases).map(([name, text]) => {
    const decoded = decode(bytesOf(text));
    if (decoded.ok) throw new Error(`vector "${name}" decodes`);
    return { name, hex: hex(bytesOf(text)), error: decoded.error };
  });
}

function write(file: string, vectors: readonly object[]): void {
  const folder = new URL("../protocol/vectors/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(file, folder), `${JSON.stringify(vectors, undefined, 2)}\n`);
}

const fix = { kind: "fix", at: 1_790_000_000, latE7: 501_703_150, lonE7: -51_138_510, accuracyDm: 52 };
const later = (s: number, latE7: number, lonE7: number): object => ({ ...fix, at: fix.at + s, latE7, lonE7 });
const report = (entries: object[], rest: object = {}): object => ({
  epoch: 3_735_928_559,
  first: 1,
  oldest: 1,
  ...rest,
  entries,
});

const reports = {
  "one fix": report([fix]),
  "three fixes a minute apart": report([
    fix,
    later(60, 501_703_250, -51_138_400),
    later(120, 501_703_100, -51_138_300),
  ]),
  "after a hole that can fill": report([fix], { first: 1000, oldest: 990 }),
  "fix, transition, no sky, health": report([
    fix,
    {
      kind: "transition",
      at: fix.at,
      geofence: 3,
      from: "inside",
      to: "outside",
      evidenceFrom: 1,
      settingsVersion: 12,
    },
    { kind: "no-sky", at: fix.at + 90, searchedS: 60 },
    { kind: "health", at: fix.at + 90, batteryPercent: 87, boots: 2, dropped: 0 },
  ]),
  "version 2: speed, course, last known side, answer": report([
    { ...fix, speedCmS: 1_250, courseDeg10: 900 },
    { ...later(60, 501_703_250, -51_138_400), speedCmS: 0 },
    { ...later(120, 501_703_250, -51_138_400), courseDeg10: 3_599 },
    {
      kind: "transition",
      at: fix.at + 120,
      geofence: 3,
      from: "unknown",
      to: "outside",
      evidenceFrom: 1,
      settingsVersion: 12,
      lastKnown: "inside",
    },
    { kind: "answer", at: fix.at + 125, command: 9, outcome: "expired" },
  ]),
  "date line, westward": report([later(0, 0, -1_799_999_990), later(60, 10, 1_799_999_990)]),
  "date line, eastward": report([later(0, 0, 1_799_999_990), later(60, 10, -1_800_000_000)]),
  poles: report([later(0, 900_000_000, 0), later(60, -900_000_000, -1_800_000_000)]),
  "null island is a place": report([later(0, 0, 0)]),
  "a clock that goes back": report([later(60, 1, 1), later(0, 2, 2)]),
  "largest values": report([{ ...fix, at: 4_294_967_295, accuracyDm: 65_535 }], {
    epoch: 4_294_967_295,
    first: 4_294_967_295,
    oldest: 4_294_967_295,
  }),
};

const oneFix = hex(encodeReport(reports["one fix"] as Report));
const badReports = {
  empty: "",
  "cut after the version": oneFix.slice(0, 6),
  "cut in the last byte": oneFix.slice(0, -2),
  "a byte too many": `${oneFix}00`,
  "version 3": `a40003${oneFix.slice(6)}`,
  "epoch is text": "a4 00 01 01 61 41 02 01 04 40",
  "keys out of order": "a4 00 01 02 01 01 05 04 40",
  "version in two bytes": `a4001801${oneFix.slice(6)}`,
  "no entries": "a4 00 01 01 05 02 01 04 40",
  "number 0": "a4 00 01 01 05 02 00 04 40",
  "indefinite length": "bf 00 01 ff",
  "latitude beyond the pole": "a4 00 01 01 05 02 01 04 4d 00 80f3c4d506 82a4a7da06 00 01",
  "an array": "80",
  "a float": "a4 00 fb 3ff0000000000000",
};

const square = [
  { latE7: 501_700_000, lonE7: -51_140_000 },
  { latE7: 501_700_000, lonE7: -51_130_000 },
  { latE7: 501_710_000, lonE7: -51_130_000 },
  { latE7: 501_710_000, lonE7: -51_140_000 },
];
const paced = { version: 7, fixIntervalS: 60, reportIntervalS: 600 };
const settings = {
  "no geofence": { ...paced, geofences: [] },
  "version 2: quiet": { ...paced, geofences: [], detection: "quiet" },
  "a polygon and a circle": {
    ...paced,
    geofences: [
      { kind: "polygon", ref: 0, vertices: square },
      { kind: "circle", ref: 1, latE7: 501_705_000, lonE7: -51_135_000, radiusCm: 7_500 },
    ],
  },
  "a polygon across the date line": {
    ...paced,
    geofences: [
      {
        kind: "polygon",
        ref: 9,
        vertices: square.map((v, i) => ({ ...v, lonE7: i % 3 === 0 ? 1_799_995_000 : -1_799_995_000 })),
      },
    ],
  },
};

write("report.json", [...good<Report>(encodeReport, reports), ...malformed(decodeReport, badReports)]);
write("settings.json", [
  ...good<Settings>(encodeSettings, settings),
  ...malformed(decodeSettings, {
    "nine geofences": `a5 00 01 01 07 02 183c 03 190258 04 89`,
    "two points": "a5 00 01 01 07 02 183c 03 190258 04 81 83 00 00 44 02020202",
    "a radius of 1 m": "a5 00 01 01 07 02 183c 03 190258 04 81 85 01 00 00 00 1864",
    "one ref twice": "a5 00 01 01 07 02 183c 03 190258 04 82 85 01 00 00 00 1903e8 85 01 00 00 00 1903e8",
  }),
]);
write("ack.json", [
  ...good<Ack>(encodeAck, {
    stored: { kind: "stored", epoch: 7, through: 1234 },
    "stored after a hole": { kind: "stored", epoch: 7, through: 0, ahead: { first: 5, last: 9 } },
    "set aside": { kind: "refused", reason: "truncated", reportCrc: 3_735_928_559, final: true },
    "no owner yet": { kind: "refused", reason: "unclaimed", reportCrc: 1, final: false },
  }),
  ...malformed(decodeAck, {
    "ahead of nothing": "a5 00 01 01 07 02 09 03 09 04 09",
    "no verdict": "a3 00 01 05 00 06 00",
  }),
]);
write("command.json", [
  ...good<Command>(encodeCommand, {
    "live for ten minutes": { id: 1, action: "live", seconds: 600, expiresAt: 1_790_000_600 },
    "version 2: locate": { id: 2, action: "locate", seconds: 0, expiresAt: 1_790_000_600 },
    "version 2: stop": { id: 3, action: "stop", seconds: 0, expiresAt: 1_790_000_600 },
  }),
  ...malformed(decodeCommand, {
    "an hour and a second": "a5 00 01 01 01 02 00 03 190e11 04 00",
    "an action of tomorrow": "a5 00 01 01 01 02 03 03 01 04 00",
  }),
]);
write("status.json", [
  ...good<Status>(encodeStatus, {
    online: { online: true, settingsVersion: 7, firmware: "1.0.0" },
    "version 2": { online: true, settingsVersion: 7, firmware: "1.0.0", wireVersion: 2 },
    "refused settings": {
      online: true,
      settingsVersion: 7,
      firmware: "1.0.0",
      refusedSettings: { version: 8, reason: "too-many" },
    },
  }),
  ...malformed(decodeStatus, { "a line feed in the name": "a4 00 01 01 f5 02 00 03 61 0a" }),
]);
