import { authorityFiles, issuedFiles } from "@purrimeter/certs/authority-files";
import { initAuthority } from "@purrimeter/certs/init-authority";
import { issueTag } from "@purrimeter/certs/issue-tag";
import { unrefused } from "@purrimeter/certs/refusal";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { OwnerApi } from "../src/scenarios/owner-api.ts";
import type { RunningServices } from "../src/supervisor/start-services.ts";
import { DEADLINE_MS, purrimeter } from "./running-purrimeter.ts";
import { servicesWithOwner } from "./services-with-owner.ts";

/** What a thief is after; invented. */
const HOME = { lat: 61.987654, lon: 7.123456 };

const temporary = mkdtempSync(join(tmpdir(), "purrimeter-stolen-"));
const data = join(temporary, "data");
const stolen = join(temporary, "stolen");
let services: RunningServices;
let owner: OwnerApi;

beforeAll(async () => {
  ({ services, owner } = await servicesWithOwner(data));
  const { stdout } = await purrimeter("tags", "add", "mimi", "--data", data, "--json");
  await owner.claim((JSON.parse(stdout) as { claimCode: string }).claimCode, "Mimi");
  await owner.drawCircle("mimi", "Home", [HOME.lon, HOME.lat], 75);
  // A backup that was made as the documentation says: the secrets are not in it.
  cpSync(data, stolen, { recursive: true, filter: (path) => !["secrets", "run"].includes(basename(path)) });
}, DEADLINE_MS);

afterAll(async () => {
  owner.close();
  await services.stop();
  rmSync(temporary, { recursive: true });
}, DEADLINE_MS);

function stolenFiles(): string[] {
  const names = readdirSync(stolen, { recursive: true, encoding: "utf8" });
  return names.map((name) => join(stolen, name)).filter((path) => statSync(path).isFile());
}

test("a stolen data folder without its secrets holds no private key and no home in clear", () => {
  const contents = stolenFiles().map((path) => ({ path, text: readFileSync(path, "latin1") }));
  expect(contents.length).toBeGreaterThan(10);
  const telling = [
    /PRIVATE KEY/,
    /61\.98765/,
    /7\.12345/,
    /619876540/,
    /71234560/,
    /SQLite format 3/,
    /#(verify|login|reset)=/,
    /@example\.org/,
  ];
  for (const { path, text } of contents)
    expect({ path, found: telling.filter((pattern) => pattern.test(text)) }).toEqual({ path, found: [] });
});

test.each([
  [
    "issues no certificate",
    ["certs", "issue", "tag", "thief"],
    /secrets\/authority\/tags\.key\.pem is missing/,
  ],
  ["renews none", ["certs", "renew", "tag", "mimi"], /secrets\/authority\/tags\.key\.pem is missing/],
  [
    "makes no service's",
    ["certs", "issue", "service", "cats", "--host", "localhost"],
    /secrets\/authority\/services\.key\.pem is missing/,
  ],
  ["adds no tag", ["tags", "add", "thief"], /secret/],
  ["lists no tag", ["tags", "list"], /secret/],
  [
    "writes no key for a board",
    ["tags", "provision", "mimi", "--out", join(temporary, "board"), "--host", "a", "--port", "1"],
    /has left/,
  ],
  ["does not start", ["start", "--port", "0", "--mqtt-port", "0"], /is missing; restore it from a backup/],
])(
  "it %s",
  async (_what, argv, line) => {
    const { code, stderr } = await purrimeter(...argv, "--data", stolen);
    expect(code).toBe(1);
    expect(stderr).toMatch(line);
  },
  DEADLINE_MS,
);

/** What the running bridge answers to a client with this certificate and key: bytes, or an end. */
function answerTo(chain: string, key: string): Promise<"let in" | "refused"> {
  const ca = readFileSync(services.files.authority.root);
  const port = services.portOf("bridge");
  return new Promise((resolve) => {
    const socket = connect({
      host: "localhost",
      port,
      ca,
      cert: readFileSync(chain),
      key: readFileSync(key),
    });
    socket.once("secureConnect", () => socket.write(connectPacket("mimi")));
    socket.once("data", () => {
      socket.destroy();
      resolve("let in");
    });
    socket.once("error", () => resolve("refused"));
    socket.once("close", () => resolve("refused"));
  });
}

/** CONNECT of MQTT 3.1.1 with a clean session and a keep-alive of a minute. */
function connectPacket(id: string): Buffer {
  const name = Buffer.from(id);
  const body = Buffer.concat([
    Buffer.from([0, 4, ...Buffer.from("MQTT"), 4, 2, 0, 60, 0, name.length]),
    name,
  ]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

test(
  "a key and certificate that a thief makes under the same names read no geofence from running services",
  async () => {
    const { chain } = issuedFiles(services.files.certs, "tags", "mimi");
    // The tag itself is let in: what is refused below is refused for its key.
    expect(await answerTo(chain, services.files.tagKey("mimi"))).toBe("let in");
    const forged = authorityFiles(join(temporary, "forged"));
    unrefused(await initAuthority(forged, new Date()));
    const thief = unrefused(await issueTag(forged, "mimi", { now: new Date() }));
    expect(await answerTo(thief.chain, thief.key)).toBe("refused");
  },
  DEADLINE_MS,
);
