import { SCOPES } from "@purrimeter/auth-api/access-tokens";
import { STEP_S, totpCode } from "@purrimeter/auth/totp";
import { Agent } from "node:https";
import { must, mustBe } from "../attack/must.ts";
import type { Target } from "../attack/target.ts";
import { purrimeter } from "../running-purrimeter.ts";

/** Who asks: each has an address and connections of its own. */
export interface Actor {
  readonly name: string;
  readonly token: string | undefined;
  readonly from: string;
  readonly agent: Agent;
  /** Whether the canaries of the victim may be shown: a share lets a viewer see some. */
  readonly maySee: boolean;
  /** Ids that are this actor's own. */
  readonly ids: readonly string[];
}

const PASSWORD = "zebra lantern copper violin";

/** RFC 4648, section 6. */
function fromBase32(secret: string): Buffer {
  const digits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter));
  const bits = digits.map((digit) => digit.toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

/** An account with a second factor and a role, logged in: its access token. */
async function staff(target: Target, role: "operator" | "auditor", from: string): Promise<string> {
  const email = `${role}@example.org`;
  const { accessToken: token } = await target.newPerson(email, from);
  const begun = await target.send(
    "POST",
    "/auth/second-factors/totp",
    { password: PASSWORD },
    { token, from },
  );
  mustBe(begun.status, [201], "a second factor");
  const secret = fromBase32((JSON.parse(begun.text) as { secret: string }).secret);
  const step = Math.floor(Date.now() / 1_000 / STEP_S);
  const code = totpCode(secret, step);
  mustBe(
    (await target.send("POST", "/auth/second-factors/totp/confirm", { code }, { token, from })).status,
    [200],
    "its code",
  );
  const set = await purrimeter("roles", "set", email, role, "--data", target.data);
  must(set.code === 0, set.stderr);
  const first = await target.send("POST", "/auth/login", { email, password: PASSWORD }, { from });
  const { challenge } = JSON.parse(first.text) as { challenge: string };
  const body = { challenge, code: totpCode(secret, step + 1) };
  const second = await target.send("POST", "/auth/login/second-factor", body, { from });
  mustBe(second.status, [200], "the second step");
  return (JSON.parse(second.text) as { accessToken: string }).accessToken;
}

/** A new owner with a tag of their own: the token and the tag. */
async function owner(target: Target, name: string, from: string): Promise<{ token: string; ids: string[] }> {
  const { accessToken: token } = await target.newPerson(`${name}@example.org`, from);
  const added = await purrimeter("tags", "add", name, "--data", target.data, "--json");
  const { claimCode: code } = JSON.parse(added.stdout) as { claimCode: string };
  mustBe((await target.send("POST", "/tags/claim", { code }, { token, from })).status, [200, 201], "a claim");
  const shape = { type: "Circle", center: [10, 1], radiusM: 75 };
  const body = { name: "Garden", tagIds: [name], shape };
  const fence = await target.send("POST", "/geofences", body, { token, from });
  return { token, ids: [name, (JSON.parse(fence.text) as { id: string }).id] };
}

async function personalToken(target: Target, token: string, from: string): Promise<string> {
  const body = { password: PASSWORD, name: "fuzz", scopes: SCOPES, expiresInDays: 7 };
  const made = await target.send("POST", "/auth/personal-tokens", body, { token, from });
  mustBe(made.status, [201], "a personal access token");
  return (JSON.parse(made.text) as { token: string }).token;
}

/** A viewer of the victim's tag. */
async function viewer(target: Target, tag: string, kind: "live" | "history", from: string): Promise<string> {
  const { accessToken: token } = await target.newPerson(`${kind}@example.org`, from);
  const shared = await target.send(
    "POST",
    `/tags/${tag}/shares`,
    { kind },
    { token: target.owner.accessToken },
  );
  const { code } = JSON.parse(shared.text) as { code: string };
  mustBe((await target.send("POST", "/shares/accept", { code }, { token, from })).status, [201], "a share");
  return token;
}

/** Everybody who may ask, but the victim. */
export async function makeActors(target: Target, victimTag: string): Promise<readonly Actor[]> {
  const at = (number: number): string => `127.3.0.${number}`;
  const actor = (name: string, number: number, token?: string, ids: string[] = [], maySee = false): Actor => {
    return {
      name,
      token,
      from: at(number),
      agent: new Agent({ keepAlive: true, maxSockets: 4 }),
      ids,
      maySee,
    };
  };
  const other = await owner(target, "neighbour", at(1));
  const holder = await owner(target, "holder", at(2));
  return [
    actor("nobody", 3),
    actor("another owner", 1, other.token, other.ids),
    actor("a personal access token", 2, await personalToken(target, holder.token, at(2)), holder.ids),
    actor("a live viewer", 4, await viewer(target, victimTag, "live", at(4)), [], true),
    actor("a viewer of the history", 5, await viewer(target, victimTag, "history", at(5)), [], true),
    actor("an operator", 6, await staff(target, "operator", at(6))),
    actor("an auditor", 7, await staff(target, "auditor", at(7))),
  ];
}
