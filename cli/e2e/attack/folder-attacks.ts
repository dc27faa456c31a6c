import { cpSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { purrimeter, until } from "../running-purrimeter.ts";
import type { Attack } from "./attack.ts";
import { dialTag } from "./mqtt.ts";
import { must, mustBe } from "./must.ts";
import { publishPacket } from "./packets.ts";
import type { Target } from "./target.ts";
import { closed, dial } from "./wire.ts";

const TELLING = /PRIVATE KEY|SQLite format 3|owner@example\.org/;

async function stolenFolder({ data, folder }: Target): Promise<string> {
  const stolen = join(folder, "stolen");
  const isTaken = (path: string): boolean => !["secrets", "run"].includes(basename(path));
  // A file that is renamed meanwhile ends a copy.
  const copy = (): void => cpSync(data, stolen, { recursive: true, filter: isTaken });
  await until(() => succeeds(copy));
  const names = readdirSync(stolen, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => statSync(join(stolen, name)).isFile());
  must(files.length > 10, "there was nothing to steal");
  for (const name of files)
    must(!TELLING.test(readFileSync(join(stolen, name), "latin1")), `${name} holds a key or data in clear`);
  for (const line of [
    ["certs", "issue", "tag", "thief"],
    ["tags", "list"],
  ]) {
    const { code, stderr } = await purrimeter(...line, "--data", stolen);
    must(code === 1 && /secret/.test(stderr), `${line.join(" ")} ended with ${code}: ${stderr}`);
  }
  return `no key and no clear data in ${files.length} files, and no certificate was issued`;
}

/** Whether no file was missing. */
function succeeds(copy: () => void): boolean {
  try {
    copy();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

const REFUSED = 2_000;
const MAX_LINES = 100;

function logLines(data: string): number {
  const folder = join(data, "log");
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
  return texts.reduce((sum, text) => sum + text.split("\n").length - 1, 0);
}

async function logFlood(target: Target): Promise<string> {
  const before = logLines(target.data);
  const refuse = async (worker: number): Promise<void> => {
    for (let count = 0; count < REFUSED / 20; count++)
      await target.keepAlive(`127.7.0.${worker + 1}`, "/tags", "made-up");
  };
  await Promise.all(Array.from({ length: 20 }, (_, worker) => refuse(worker)));
  await target.mustServe();
  const lines = logLines(target.data) - before;
  must(lines <= MAX_LINES, `the logs grew by ${lines} lines`);
  return `the logs grew by ${lines} lines`;
}

const LOGINS = 240;
/** Twenty of each status in two logs, and what is said of the guessing. */
const MAX_LOGIN_LINES = 200;

async function loginFlood(target: Target): Promise<string> {
  const before = logLines(target.data);
  const guess = async (worker: number): Promise<void> => {
    for (let count = 0; count < LOGINS / 20; count++) {
      // Few addresses: what a throttle refuses costs no hash of a password.
      const body = { email: `nobody-${worker % 4}@example.org`, password: "wrong" };
      await target.send("POST", "/auth/login", body, { from: `127.7.2.${worker + 1}` });
    }
  };
  await Promise.all(Array.from({ length: 20 }, (_, worker) => guess(worker)));
  await target.mustServe();
  const lines = logLines(target.data) - before;
  must(lines <= MAX_LOGIN_LINES, `the logs grew by ${lines} lines`);
  return `the logs grew by ${lines} lines`;
}

const HANDSHAKES = 300;
const AT_ONCE = 10;
const MAX_SECURITY_LINES = 150;

/** Handshakes without a certificate, each of them a security event. */
async function securityFlood(target: Target): Promise<string> {
  const path = join(target.data, "log", "security.log");
  const raw = await dialTag(target.bridge, await target.tag("felix"));
  raw.socket.write(publishPacket("purrimeter/1/felix/report", Buffer.from("x")));
  await raw.ended();
  const first = /"reason":"not-connect-first".*"tag":"felix"|"tag":"felix".*"reason":"not-connect-first"/;
  const text = (): string => (existsSync(path) ? readFileSync(path, "latin1") : "");
  await until(() => first.test(text()));
  const before = text();
  const shake = async (): Promise<void> => {
    for (let count = 0; count < HANDSHAKES / AT_ONCE; count++) {
      const socket = await dial(target.bridge.port, target.bridge.ca, { localAddress: "127.7.1.1" });
      if (socket !== undefined) await closed(socket.resume());
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, shake));
  const lines = text().split("\n").length - before.split("\n").length;
  must(lines > 0, "no event was written, so nothing was tried");
  must(lines <= MAX_SECURITY_LINES, `security.log grew by ${lines} lines`);
  must(text().startsWith(before), "the first events are gone");
  return `security.log grew by ${lines} lines and keeps the first events`;
}

async function stillReady(target: Target): Promise<string> {
  mustBe((await target.ask("GET", "/health")).status, [200], "health");
  const { status, text } = await target.ask("GET", "/ready");
  must(status === 200 && text.includes('"ready"'), `ready was answered ${status} ${text}`);
  return "health and ready were 200";
}

async function ordinaryStop(target: Target): Promise<string> {
  const code = await target.stop();
  must(code === 0, `start ended with ${code}`);
  return "start ended with 0";
}

export const FOLDER_ATTACKS: readonly Attack[] = [
  { name: "stolen-folder", tried: "a copy of the data folder without secrets/", run: stolenFolder },
  { name: "log-flood", tried: `${REFUSED} refused requests`, run: logFlood },
  { name: "login-log-flood", tried: `${LOGINS} wrong logins`, run: loginFlood },
  { name: "security-flood", tried: `${HANDSHAKES} handshakes without a certificate`, run: securityFlood },
];

/** What has to hold after all attacks; stops the installation. */
export const AFTERWARDS: readonly Attack[] = [
  { name: "still-ready", tried: "health and readiness after the attacks", run: stillReady },
  { name: "ordinary-stop", tried: "SIGTERM after the attacks", run: ordinaryStop },
];
