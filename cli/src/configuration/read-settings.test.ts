import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isFailure } from "../terminal/failure.ts";
import { overrideSettings } from "./override-settings.ts";
import { defaultSettings, readSettings } from "./read-settings.ts";

const SERVICES = ["auth", "bridge"];
const folder = mkdtempSync(join(tmpdir(), "purrimeter-settings-"));
const file = join(folder, "config.json");
afterAll(() => rmSync(folder, { recursive: true }));

/** The lines that a file is refused with, without its name; none when it is taken. */
function faults(content: string | Buffer | object): string[] {
  writeFileSync(
    file,
    typeof content === "string" || content instanceof Buffer ? content : JSON.stringify(content),
  );
  const read = readSettings(file, SERVICES);
  if (!isFailure(read)) return [];
  return read.failure.split("\n").map((line) => {
    expect(line.startsWith(`${file}: `)).toBe(true);
    return line.slice(file.length + 2);
  });
}

test("without a file all defaults hold, and they are those of an empty file", () => {
  expect(readSettings(join(folder, "none.json"), SERVICES)).toEqual(defaultSettings(SERVICES));
  expect(faults({})).toEqual([]);
  expect(readSettings(file, SERVICES)).toEqual(defaultSettings(SERVICES));
});

test.each([
  ["a link that leads nowhere", (path: string) => symlinkSync(join(folder, "nowhere"), path), "ENOENT"],
  ["a folder", (path: string) => mkdirSync(path), "EISDIR"],
] as const)("%s is no missing file: it is refused and named", (name, make, code) => {
  const path = join(folder, `${name}.json`);
  make(path);
  expect(readSettings(path, SERVICES)).toEqual({ failure: `${path}: cannot be read (${code})` });
});

test("a file inside something that is no folder is refused", () => {
  writeFileSync(file, "{}");
  const path = join(file, "config.json");
  expect(readSettings(path, SERVICES)).toEqual({ failure: `${path}: cannot be read (ENOTDIR)` });
});

test("a byte order mark is named", () => {
  expect(faults(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from("{}")]))).toEqual([
    "begins with a byte order mark; save it as UTF-8 without one",
  ]);
});

test("every key may be given", () => {
  const all = {
    publicUrl: "https://cats.example.org",
    hostNames: ["cats.example.org", "192.0.2.1", "2001:db8::1"],
    retentionDays: 30,
    retention: { minDays: 7, maxDays: 180 },
    backupKeptDays: 35,
    api: {
      ...{ host: "0.0.0.0", port: 443, certificate: "/etc/tls/chain.pem", key: "tls/key.pem" },
      securityContact: "mailto:security@example.org",
      origins: ["https://app.example.org", "http://localhost:5173"],
      trustedProxies: ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"],
      ...{ maxConnections: 100, maxConnectionsPerAddress: 10, acceptsPerAddress: { burst: 9, perSecond: 2 } },
      maxLiveStreams: 50,
      rates: { owner: { burst: 10, perSecond: 0.5 }, address: { burst: 20, perSecond: 1 } },
    },
    bridge: {
      ...{ host: "::", port: 8883, maxConnections: 5, verification: false, maxConnectionsPerAddress: 4 },
      ...{ acceptsPerAddress: { burst: 3, perSecond: 1 }, trustedProxies: ["10.0.0.0/8"] },
      sessionsPerCertificate: { burst: 4, perMinute: 0.5 },
      quotas: { entries: { burst: 128, perDay: 1 }, rows: { burst: 384, perDay: 2 } },
      tls12: { port: 8884, maxConnections: 7 },
    },
    mail: {
      from: "Cats <cats@example.org>",
      smtp: { host: "mail.example.org", port: 465, user: "cats", tls: "implicit", authority: "mail.pem" },
    },
    accounts: { unverifiedDays: 3 },
    alarms: {
      ...{ mailTo: ["ops@example.org"], digest: false, backupDays: 0 },
      webhook: { url: "https://hooks.example.org/cats", authority: "hooks.pem", allowPrivate: true },
    },
    alerts: { allowedNetworks: ["192.168.1.0/24", "fd00:1::/32"], authority: "receivers.pem" },
    metrics: { auth: 9101, bridge: 9102 },
  };
  expect(faults(all)).toEqual([]);
  expect(readSettings(file, SERVICES)).toEqual(all);
});

test("all that is wrong is said at once, each with its key and limit, and never with the value", () => {
  const lines = faults({
    api: { port: 70_000, trustedProxies: ["canary"], rates: { owner: { burst: 0.5 } } },
    bridge: { maxConnections: "canary" },
    retentionDays: 0,
    mail: { from: "canary\r\nBcc: canary", smtp: { host: "mail.example.org", tls: "canary" } },
  });
  expect(lines.toSorted()).toEqual([
    "api.port: must be a whole number from 0 to 65535",
    "api.rates.owner.burst: must be a whole number from 1 to 1000000",
    "api.trustedProxies.0: must be an IP address or a block such as 10.0.0.0/8",
    "bridge.maxConnections: must be a whole number from 1 to 1000000",
    "mail.from: must be one line of 1 to 256 characters",
    'mail.smtp.tls: must be "implicit" or "starttls"',
    "retentionDays: must be a whole number from 1 to 365",
  ]);
  expect(lines.join()).not.toContain("canary");
});

test.each([
  [{ api: { prot: 1 } }, "api.prot: is not known; the nearest known key is api.port"],
  [{ port: 1 }, "port: is not known; the nearest known key is api.port"],
  [{ publicURL: "x" }, "publicURL: is not known; the nearest known key is publicUrl"],
  [{ mail: { smpt: {} } }, "mail.smpt: is not known; the nearest known key is mail.smtp"],
  [
    { mail: { smtp: { host: "h", password: "p" } } },
    "mail.smtp.password: is not known; the nearest known key is",
  ],
  [{ metrics: { brigde: 1 } }, "metrics.brigde: is not known; the nearest known key is metrics.bridge"],
])("of a key that is not known, %j, the nearest known one is named", (content, line) => {
  expect(faults(content)).toEqual([expect.stringContaining(line)]);
});

test.each([
  ["http://cats.example.org"],
  ["https://192.0.2.1"],
  ["https://[2001:db8::1]"],
  ["https://cats.example.org/"],
  ["https://user@cats.example.org"],
  ["cats.example.org"],
  [""],
])(
  "%j is no public URL: a passkey is bound to a host name and a browser's origin has no path",
  (publicUrl) => {
    expect(faults({ publicUrl })).toEqual([expect.stringMatching(/^publicUrl: must be an https origin/)]);
  },
);

test.each([
  [{ api: { certificate: "c" } }, "api.key: is missing; api.certificate needs its key"],
  [{ api: { key: "k" } }, "api.certificate: is missing; api.key needs its certificate"],
  [
    { mail: { folder: "f", smtp: { host: "h" } } },
    "mail.folder: is of no use beside mail.smtp; leave one of them out",
  ],
  [{ mail: { smtp: {} } }, "mail.smtp.host: must be one line of 1 to 253 characters"],
  [{ hostNames: ["cats example"] }, "hostNames.0: must be a host name or an IP address"],
  [{ api: { origins: ["https://a.example/"] } }, "api.origins.0: must be an origin without a path"],
  [{ bridge: { tls12: { port: 0 } } }, "bridge.tls12.port: must be a whole number from 1 to 65535"],
  [{ api: [] }, "api: must be an object"],
  [[], "the file: must be an object"],
])("%j is refused", (content, line) => {
  expect(faults(content)).toEqual([expect.stringContaining(line)]);
});

test.each([
  ['{\n  "api": {\n    "port": 1,\n  }\n}', /^is not JSON \(line 4 column 3\)$/],
  ["", /^is empty; /],
  ['{"retentionDays": 1, "retentionDays": 2}', /^retentionDays: is written twice$/],
  ['{"__proto__": {}}', /^__proto__: is not known$/],
  [Buffer.from([0xff]), /^is not UTF-8/],
  [`${"[".repeat(9)}${"]".repeat(9)}`, /^is nested too deeply$/],
])("a file that is no JSON says where: %j", (content, line) => {
  expect(faults(content)).toEqual([expect.stringMatching(line)]);
});

test("the command line wins over the file, key by key", () => {
  faults({
    hostNames: ["a.example"],
    api: { host: "::1", port: 1 },
    bridge: { tls12: { port: 2, maxConnections: 3 } },
  });
  const read = readSettings(file, SERVICES);
  if (isFailure(read)) throw new Error(read.failure);
  expect(overrideSettings(read, {})).toEqual(read);
  const options = { host: "0.0.0.0", mqttPort: 4, tls12Port: 5, name: ["b.example"], retentionDays: 6 };
  expect(overrideSettings(read, options)).toMatchObject({
    hostNames: ["b.example"],
    retentionDays: 6,
    api: { host: "0.0.0.0", port: 1 },
    bridge: { host: "0.0.0.0", port: 4, tls12: { port: 5, maxConnections: 3 } },
  });
});
