import type { Attack } from "./attack.ts";
import { must, mustBe } from "./must.ts";
import type { Target } from "./target.ts";

interface Page {
  readonly items: readonly { readonly event: string; readonly subject: string | null }[];
  readonly next: string | null;
}

/** A page of the trail for who has the token. */
async function page(target: Target, token: string, query: string): Promise<Page> {
  const { status, text } = await target.ask("GET", `/audit${query}`, { token });
  mustBe(status, [200], `the trail${query}`);
  return JSON.parse(text) as Page;
}

/** What the owner does, and the cursor of its second page. */
async function ownTrail(target: Target): Promise<string> {
  const { accessToken: token } = target.owner;
  mustBe((await target.ask("GET", "/tags/mimi/found", { token })).status, [200], "a look at one's own tag");
  const { items, next } = await page(target, token, "?limit=1&tagId=mimi");
  must(items[0]?.subject === "mimi", "the owner's own trail lacks the tag, so nothing was tried");
  must(next !== null, "the owner's own trail has one page, so no cursor was tried");
  return next ?? "";
}

async function foreignTrail(target: Target): Promise<string> {
  const cursor = await ownTrail(target);
  const { accessToken: token } = await target.newPerson("reader@example.org", "127.6.2.1");
  for (const query of ["", "?tagId=mimi", "?view=own&proof=true", "?by=other", "?event=found.read"]) {
    const { items } = await page(target, token, query);
    must(!JSON.stringify(items).includes("mimi"), `the trail${query} shows another owner's tag`);
  }
  for (const query of ["?view=all", "?view=all&tagId=mimi", "?view=all&proof=true"])
    mustBe((await target.ask("GET", `/audit${query}`, { token })).status, [403], `the trail${query}`);
  mustBe((await target.ask("GET", "/auth/audit", { token })).status, [403], "the accounts' trail");
  for (const query of [`?cursor=${cursor}`, `?cursor=${cursor}&tagId=mimi`, `?cursor=${cursor}&view=all`])
    mustBe((await target.ask("GET", `/audit${query}`, { token })).status, [400], "another account's cursor");
  mustBe((await target.ask("GET", "/audit?account=mia", { token })).status, [400], "another account's name");
  mustBe((await target.ask("GET", "/audit")).status, [401], "the trail without a token");
  const { next } = await page(target, target.owner.accessToken, `?limit=1&tagId=mimi&cursor=${cursor}`);
  must(next !== undefined, "the owner's own cursor was refused too, so nothing was tried");
  return "no row of another account was shown, its cursor was refused";
}

export const TRAIL_ATTACKS: readonly Attack[] = [
  {
    name: "foreign-trail",
    tried: "rows of another account's trail, its cursor, and an auditor's view without the role",
    run: foreignTrail,
  },
];
