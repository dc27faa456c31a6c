import { createClaimCode } from "@purrimeter/store/claim-code";
import type { Attack } from "./attack.ts";
import { must, mustBe } from "./must.ts";
import type { Target } from "./target.ts";

const CLAIMS = 240;
const WORKERS = 8;

async function claimGuesses(target: Target): Promise<string> {
  const thief = await target.newPerson("thief@example.org", "127.6.2.1");
  const token = thief.accessToken;
  const guess = async (): Promise<void> => {
    for (let count = 0; count < CLAIMS / WORKERS; count++) {
      const body = { code: createClaimCode(), name: "stolen" };
      const { status } = await target.send("POST", "/tags/claim", body, { token, from: "127.6.2.1" });
      mustBe(status, [400, 429], "a guessed code");
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, guess));
  const { text } = await target.ask("GET", "/tags", { token, from: "127.6.2.1" });
  must(text.includes('"items":[]'), `the thief has tags: ${text}`);
  await target.tag("nora");
  return "none was taken, an honest claim was";
}

/** 20 at once and one a minute from then on. */
const LOOKS = 60;

async function foundGuesses(target: Target): Promise<string> {
  const statuses: number[] = [];
  const look = (from: string) =>
    target.ask("GET", `/found/${createClaimCode()}`, { from }).then(({ status }) => status);
  for (let count = 0; count < LOOKS; count++) statuses.push(await look("127.6.2.2"));
  must(!statuses.includes(200), "a guessed code was found");
  must(statuses.includes(404), `no guess was looked up, so nothing was tried: ${statuses.join(" ")}`);
  const refused = statuses.filter((status) => status === 429).length;
  must(refused > LOOKS / 4, `only ${refused} of ${LOOKS} guesses were refused`);
  mustBe(await look("127.6.2.3"), [404], "a finder at another address");
  return `${refused} of ${LOOKS} were refused, a finder at another address was not`;
}

export const GUESSING_ATTACKS: readonly Attack[] = [
  { name: "claim-guesses", tried: `${CLAIMS} guessed claim codes`, run: claimGuesses },
  { name: "found-guesses", tried: `${LOOKS} guessed codes of collars`, run: foundGuesses },
];
