import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { settingsSchema } from "../configuration/settings-schema.ts";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { alarmsConfig } from "./alarms-config.ts";
import { checkWebhook } from "./check-webhook.ts";

let folder: string;
let files: DataFiles;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-webhook-"));
  files = dataFiles(folder);
  mkdirSync(files.secrets("auth"), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const settingsWith = (alarms: object) => settingsSchema([]).parse({ alarms });
const faultsOf = (alarms: object): string[] =>
  checkWebhook({ files, settings: settingsWith(alarms) }).map(({ failure }) => failure);

test("without a webhook there is nothing to check, and with one there has to be a secret", () => {
  expect(faultsOf({})).toEqual([]);
  const webhook = { url: "https://hooks.example.org/" };
  expect(faultsOf({ webhook })).toEqual([expect.stringContaining("webhook-secret, a file of mode 0600")]);
  writeFileSync(files.secret("auth", "webhook-secret"), "whsec_x");
  expect(faultsOf({ webhook })).toEqual([]);
});

test.each(["127.0.0.1", "[::1]", "192.168.1.2", "2130706433"])(
  "%s is refused unless it is allowed",
  (host) => {
    writeFileSync(files.secret("auth", "webhook-secret"), "whsec_x");
    const url = `https://${host}/`;
    expect(faultsOf({ webhook: { url } })).toEqual([expect.stringContaining("is not a public address")]);
    expect(faultsOf({ webhook: { url, allowPrivate: true } })).toEqual([]);
  },
);

test.each(["http://example.org/", "https://user@example.org/", "nonsense", "file:///etc/passwd"])(
  "%s is no webhook",
  (url) => {
    expect(settingsSchema([]).safeParse({ alarms: { webhook: { url } } }).success).toBe(false);
  },
);

test("the authentication service is told where backups and checkpoints are", () => {
  expect(alarmsConfig({ files, settings: settingsWith({}) })).toEqual({
    ...{ mailTo: [], digest: true },
    checkpoints: [join(folder, "accounts.db.checkpoints"), join(folder, "locations.db.checkpoints")],
    backup: { record: join(folder, "run", "last-backup"), days: 7 },
  });
  expect(alarmsConfig({ files, settings: settingsWith({ backupDays: 0 }) }).backup).toBeUndefined();
});
