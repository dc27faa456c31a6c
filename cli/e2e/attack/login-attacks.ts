import type { Attack } from "./attack.ts";
import { must, mustBe } from "./must.ts";
import type { Target } from "./target.ts";
import type { Answer } from "./wire.ts";

/** Ten at once and one each six minutes: a slow machine refuses none for its time. */
const WRONG = 40;

async function strangersPasswords(target: Target): Promise<string> {
  const { email, password, mark } = target.owner;
  must(mark !== undefined, "a login brought no mark of the device");
  const statuses: number[] = [];
  for (let attempt = 0; attempt < WRONG && !statuses.includes(429); attempt++) {
    const body = { email, password: `wrong wrong wrong ${attempt}` };
    statuses.push((await target.send("POST", "/auth/login", body, { from: "127.6.0.1" })).status);
  }
  must(statuses.includes(429), `${WRONG} wrong passwords were not slowed: ${statuses.join(" ")}`);
  // Another address than the owner's: only the mark is familiar.
  const known = { from: "127.6.0.2", headers: { "purrimeter-device-mark": mark ?? "" } };
  const owner = await target.send("POST", "/auth/login", { email, password }, known);
  mustBe(owner.status, [200], "the owner's familiar device");
  return "the stranger was slowed, the owner's familiar device was let in";
}

/** Status, names of headers, length and body: their times differ by the moment. */
function constantPart({ status, headers, text }: Answer): string {
  return JSON.stringify([status, Object.keys(headers).toSorted(), headers["content-length"], text]);
}

async function tellingRegister(target: Target): Promise<string> {
  const register = (email: string): Promise<Answer> =>
    target.send("POST", "/auth/register", { email, password: target.owner.password }, { from: "127.6.0.3" });
  const taken = await register(target.owner.email);
  mustBe(taken.status, [202], "register");
  const free = await register("nobody@example.org");
  must(
    constantPart(free) === constantPart(taken),
    "a taken address is answered in another way than a free one",
  );
  return "the answers were the same";
}

async function doubleRefresh(target: Target): Promise<string> {
  const { refreshToken } = await target.newPerson("refresh@example.org", "127.6.0.4");
  const refresh = (token: string): Promise<Answer> =>
    target.send("POST", "/auth/refresh", { refreshToken: token }, { from: "127.6.0.4" });
  const answers = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
  for (const { status } of answers) mustBe(status, [200], "one of two refreshes at once");
  const [next] = answers.map(({ text }) => JSON.parse(text) as { refreshToken: string; accessToken: string });
  mustBe(
    (await target.ask("GET", "/tags", { token: next?.accessToken })).status,
    [200],
    "the new access token",
  );
  mustBe((await refresh(next?.refreshToken ?? "")).status, [200], "the new refresh token");
  mustBe((await refresh(refreshToken)).status, [401], "the first refresh token after its successor was used");
  return "both were answered, the session went on; the old token ended it after that";
}

async function deletionRaces(target: Target): Promise<string> {
  const {
    password,
    accessToken: token,
    refreshToken,
  } = await target.newPerson("race@example.org", "127.6.0.5");
  const from = "127.6.0.5";
  const answers = await Promise.all([
    ...[1, 2, 3].map(() => target.send("DELETE", "/account", { password }, { token, from })),
    ...[1, 2, 3].map(() => target.send("POST", "/auth/refresh", { refreshToken }, { from })),
    ...[1, 2, 3, 4].map(() => target.ask("GET", "/tags", { token, from })),
    target.send("POST", "/auth/login", { email: "race@example.org", password }, { from }),
  ]);
  const statuses = answers.map(({ status }) => status);
  must(
    statuses.every((status) => status < 500),
    `an answer was 5xx: ${statuses.join(" ")}`,
  );
  must(statuses.includes(204), `no deletion succeeded: ${statuses.join(" ")}`);
  const again = [token, ...answers.flatMap(({ text }) => /"accessToken":"([^"]+)"/.exec(text)?.[1] ?? [])];
  for (const access of again)
    mustBe(
      (await target.ask("GET", "/tags", { token: access, from })).status,
      [401],
      "a deleted account's token",
    );
  return `no 5xx in ${statuses.length} answers, and none of ${again.length} access tokens was good after`;
}

export const LOGIN_ATTACKS: readonly Attack[] = [
  { name: "telling-register", tried: "a free and a taken mail address", run: tellingRegister },
  { name: "double-refresh", tried: "one refresh token twice at once", run: doubleRefresh },
  { name: "deletion-race", tried: "deletions, refreshes, reads and a login at once", run: deletionRaces },
  {
    name: "stranger-locks-out",
    tried: "wrong passwords from another address until one is refused",
    run: strangersPasswords,
  },
];
