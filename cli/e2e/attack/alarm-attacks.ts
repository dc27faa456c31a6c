import { existsSync, readFileSync } from "node:fs";
import { until } from "../running-purrimeter.ts";
import type { Attack } from "./attack.ts";
import { must, mustBe } from "./must.ts";
import type { Target } from "./target.ts";

/** One more than the rule's threshold. */
const FOREIGN = 21;

interface Alarm {
  readonly rule: string;
  readonly process: string;
}

/** Alarms that any process has raised so far. */
function alarmsOf({ files }: Target): Alarm[] {
  if (!existsSync(files.alarms)) return [];
  const lines = readFileSync(files.alarms, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Alarm);
}

async function unseenProbing(target: Target): Promise<string> {
  const from = "127.6.3.1";
  const { accessToken: token } = await target.newPerson("prober@example.org", from);
  for (let i = 0; i < FOREIGN; i++)
    mustBe(
      (await target.ask("GET", `/tags/cat-${1_000 + i}`, { token, from })).status,
      [404],
      "a foreign id",
    );
  const isRaised = (): boolean => alarmsOf(target).some(({ rule }) => rule === "probing-foreign-ids");
  await until(isRaised);
  const written = readFileSync(target.files.alarms, "utf8");
  must(!written.includes("example.org") && !written.includes(from), `an alarm names a person: ${written}`);
  return `an alarm was raised, one of ${alarmsOf(target).length} about all attacks so far`;
}

/** What earlier attacks did has to show: guessed passwords and codes, copied keys, other names, revoked certificates. */
const EXPECTED = [
  ...["login-failures-of-account", "guessing-found-codes", "guessing-claim-codes", "refresh-token-reuse"],
  "tag-under-another-name",
];

async function unseenAttacks(target: Target): Promise<string> {
  const missing = (): string[] => {
    const raised = new Set(alarmsOf(target).map(({ rule }) => rule));
    return EXPECTED.filter((rule) => !raised.has(rule));
  };
  await until(() => missing().length === 0).catch(() => undefined);
  must(missing().length === 0, `no alarm was raised: ${missing().join(", ")}`);
  return `${EXPECTED.join(", ")} were raised`;
}

/** After those on accounts and tags. */
export const ALARM_ATTACKS: readonly Attack[] = [
  { name: "unseen-probing", tried: `${FOREIGN} ids of others' tags`, run: unseenProbing },
  { name: "unseen-attacks", tried: "whether the attacks before stayed unnoticed", run: unseenAttacks },
];
