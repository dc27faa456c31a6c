import { issuedFiles } from "@purrimeter/certs/authority-files";
import { initAuthority } from "@purrimeter/certs/init-authority";
import { issueTag } from "@purrimeter/certs/issue-tag";
import { encryptedKeyPem, privateKeyPem } from "@purrimeter/certs/key-pair";
import { unrefused } from "@purrimeter/certs/refusal";
import { createPrivateKey, X509Certificate } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { REGISTRY } from "../services/service-registry.ts";
import { dataFiles, type DataFiles } from "./data-files.ts";
import { prepareData } from "./prepare-data.ts";
import { allHolders } from "./secret-holder.ts";

const now = new Date();
let temporary: string;
let files: DataFiles;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), "purrimeter-authority-"));
  files = dataFiles(join(temporary, "data"));
});
afterEach(() => rmSync(temporary, { recursive: true }));

describe("the authority's keys", () => {
  /** As an earlier version left them: all in clear beside the certificates. */
  async function likeEarlierVersion(): Promise<string> {
    await initAuthority(files.authority, now, (rootKey) => writeFileSync(rootFile(), privateKeyPem(rootKey)));
    for (const { key } of Object.values(files.authority.branches))
      renameSync(key, join(files.authority.authority, basename(key)));
    unrefused(await issueTag(files.authority, "mimi", { now }));
    const { key } = issuedFiles(files.certs, "tags", "mimi");
    renameSync(rootFile(), join(files.authority.authority, "root.key.pem"));
    return readFileSync(key, "utf8");
  }

  function rootFile(): string {
    return join(temporary, "root.key.pem");
  }

  function keysBesideCertificates(): string[] {
    return readdirSync(files.certs, { recursive: true, encoding: "utf8" }).filter((name) => /key/.test(name));
  }

  test("are not beside the certificates, nor is a tag's, whatever an earlier version left there", async () => {
    const tagKey = await likeEarlierVersion();
    expect(keysBesideCertificates()).not.toEqual([]);
    await prepareData(files, REGISTRY, { now, hosts: [], rootKey: "discard" });
    expect(keysBesideCertificates()).toEqual([]);
    expect(readFileSync(files.tagKey("mimi"), "utf8")).toBe(tagKey);
    expect(existsSync(files.authority.branches.tags.key)).toBe(true);
    expect(existsSync(files.authority.branches.services.key)).toBe(true);
  });

  test("need a place for the root's, of a new authority and of one that an earlier version made", async () => {
    const line = /^the root key of the certificate authority must not stay in \S+: give --root-out FILE/;
    const fresh = dataFiles(join(temporary, "rootless"));
    const outcome = await prepareData(fresh, REGISTRY, { now, hosts: [] });
    expect(outcome).toMatchObject({ failure: expect.stringMatching(line) as string });
    rmSync(fresh.folder, { recursive: true, force: true });
    await likeEarlierVersion();
    expect(await prepareData(files, REGISTRY, { now, hosts: [] })).toMatchObject({
      failure: expect.stringMatching(line) as string,
    });
    expect(existsSync(join(files.authority.authority, "root.key.pem"))).toBe(true);
  });

  test("go to their place once: a later start with the same option changes nothing", async () => {
    await likeEarlierVersion();
    const file = join(temporary, "root-out.pem");
    const told: string[] = [];
    const rootKey = { file, onWritten: (_file: string, passphrase: string) => void told.push(passphrase) };
    for (const created of [true, false])
      expect(await prepareData(files, REGISTRY, { now, hosts: [], rootKey })).toEqual({ created });
    expect(told).toHaveLength(1);
    const root = new X509Certificate(readFileSync(files.authority.root));
    const opened = createPrivateKey({ key: readFileSync(file), passphrase: told[0] ?? "" });
    expect(root.checkPrivateKey(opened)).toBe(true);
    rmSync(file);
  });

  test.each(["", "certs", "certs/authority", "secrets/authority"])(
    "keep a folder from production when the root's is in it (%s)",
    async (place) => {
      let pem = "";
      await initAuthority(files.authority, now, (rootKey) => (pem = encryptedKeyPem(rootKey, "x")));
      for (const { name } of allHolders(REGISTRY)) mkdirSync(files.secrets(name), { recursive: true });
      writeFileSync(files.vault, "{}");
      const path = join(files.folder, place, "copy.pem");
      writeFileSync(path, pem);
      const production = { now, hosts: [], ownSecrets: true };
      expect(await prepareData(files, REGISTRY, production)).toEqual({
        failure: `production mode refuses a root key beside the data: move ${path} away from this machine`,
      });
      rmSync(path);
      expect(await prepareData(files, REGISTRY, production)).toEqual({ created: true });
    },
  );
});
