import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runMain } from "./testing/run-main.ts";

const folder = mkdtempSync(join(tmpdir(), "purrimeter-main-"));
afterAll(() => rmSync(folder, { recursive: true }));

const COMMANDS = [
  ["demo"],
  ["look"],
  ["simulate"],
  ["replay"],
  ["start"],
  ["tags", "add"],
  ["tags", "list"],
  ["tags", "provision"],
  ["tags", "revoke"],
  ["ble-gateway", "pair"],
  ["ble-gateway", "list"],
  ["ble-gateway", "run"],
  ["certs", "init"],
  ["certs", "issue"],
  ["certs", "list"],
  ["certs", "renew"],
  ["certs", "revoke"],
  ["keys", "rotate"],
  ["keys", "list"],
  ["keys", "rotate-signing"],
  ["config"],
  ["roles", "list"],
  ["roles", "set"],
  ["audit", "verify"],
  ["import"],
];

test.each(COMMANDS)("%s %s --help shows examples", async (...command) => {
  const { exitCode, stdout } = await runMain(...command, "--help");
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`Usage: purrimeter ${command.join(" ")}`);
  expect(stdout).toContain("Examples:");
});

test("the version is one line", async () => {
  expect(await runMain("--version")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
  });
});

describe("what is not understood ends with 2 and says how to go on", () => {
  test.each([
    ["no command", []],
    ["an unknown command", ["stroke"]],
    ["an unknown option", ["start", "--colour"]],
    ["a port that is none", ["start", "--port", "70000"]],
    ["a port in words", ["start", "--mqtt-port", "x"]],
    ["a missing argument", ["tags", "add"]],
    ["any port where it must be known", ["start", "--tls12-port", "0"]],
    ["a bridge without a port", ["ble-gateway", "run", "--bridge", "localhost"]],
    ["an address that is none", ["ble-gateway", "run", "--listen", "7117"]],
    ["a kind that is none", ["certs", "issue", "dog", "rex"]],
    ["too many arguments", ["certs", "init", "now"]],
    ["a role that is none", ["roles", "set", "ada@example.org", "queen"]],
    ["no role", ["roles", "set", "ada@example.org"]],
    ["a rotation of nothing", ["keys", "rotate"]],
    ["a rotation of one and all", ["keys", "rotate", "ada", "--all"]],
    ["an owner's id that is none", ["keys", "rotate", "../ada"]],
  ])("%s", async (_what, argv) => {
    const { exitCode, stderr } = await runMain(...argv);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/--help/);
  });
});

describe("a data folder that cannot be used is one line and ends with 1", () => {
  const file = join(folder, "a-file");
  writeFileSync(file, "");

  test.each([
    ["certs init", ["certs", "init", "--root-out", join(folder, "root.pem"), "--data", join(file, "data")]],
    ["start", ["start", "--data", join(file, "data")]],
    [
      "a folder that the system refuses",
      ["certs", "init", "--root-out", join(folder, "root.pem"), "--data", "/proc/purrimeter"],
    ],
  ])("%s", async (_what, argv) => {
    const { exitCode, stderr, stdout } = await runMain(...argv);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^purrimeter: \/[^\n]+\((EEXIST|ENOTDIR|ENOENT|EACCES)\)\n$/);
  });

  test("the first start without a place for the root key", async () => {
    const data = join(folder, "new");
    const { exitCode, stderr, stdout } = await runMain(
      "start",
      "--data",
      data,
      "--port",
      "0",
      "--mqtt-port",
      "0",
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^purrimeter: the root key [^\n]+: give --root-out FILE, [^\n]+\n$/);
    // The folders of what runs: no key, no certificate, no database.
    expect(readdirSync(data).toSorted()).toEqual(["log", "run"]);
  });

  test("tags add without data", async () => {
    const data = join(folder, "nothing");
    const { exitCode, stderr } = await runMain("tags", "add", "mimi", "--data", data);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(`purrimeter: ${data} holds no data of purrimeter; make it with "purrimeter start"\n`);
  });
});
