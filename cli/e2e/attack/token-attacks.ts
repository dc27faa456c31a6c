import { createHmac } from "node:crypto";
import type { Attack } from "./attack.ts";
import { mustBe } from "./must.ts";
import type { Target } from "./target.ts";

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Tokens that a forger makes from a true one. */
function forgeries(token: string, ca: string): readonly (readonly [what: string, token: string])[] {
  const [head = "", claims = "", signature = ""] = token.split(".");
  const header = JSON.parse(Buffer.from(head, "base64url").toString()) as object;
  const body = JSON.parse(Buffer.from(claims, "base64url").toString()) as object;
  const hmac = `${part({ ...header, alg: "HS256" })}.${claims}`;
  return [
    ["alg none", `${part({ ...header, alg: "none" })}.${claims}.`],
    ["alg nOnE", `${part({ ...header, alg: "nOnE" })}.${claims}.${signature}`],
    ["HS256", `${hmac}.${createHmac("sha256", ca).update(hmac).digest("base64url")}`],
    ["another body", `${head}.${part({ ...body, roles: ["operator"] })}.${signature}`],
    ["a longer life", `${head}.${part({ ...body, exp: 4_000_000_000 })}.${signature}`],
    ["no signature", `${head}.${claims}.`],
    ["half a signature", token.slice(0, -20)],
    ["two parts", `${head}.${claims}`],
  ];
}

async function forgedTokens(target: Target): Promise<string> {
  const { accessToken } = target.owner;
  mustBe((await target.ask("GET", "/tags", { token: accessToken })).status, [200], "the true token");
  const forged = forgeries(accessToken, target.api.ca);
  for (const [what, token] of forged)
    mustBe((await target.ask("GET", "/tags", { token })).status, [401], `a token with ${what}`);
  return `all ${forged.length} were answered 401`;
}

export const TOKEN_ATTACKS: readonly Attack[] = [
  { name: "forged-tokens", tried: "none, HS256, other claims and cut signatures", run: forgedTokens },
];
