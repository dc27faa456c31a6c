import type { OwnerApi } from "../src/scenarios/owner-api.ts";

/** Times of all fixes that an owner has of a tag, in seconds since 1970, oldest first. */
export async function storedTimesS(owner: OwnerApi, tag: string): Promise<number[]> {
  const all: number[] = [];
  for (let next: string | null = ""; next !== null;) {
    const cursor: string = next === "" ? "" : `&cursor=${encodeURIComponent(next)}`;
    const path = `/v1/tags/${tag}/locations?limit=1000&from=2000-01-01T00:00:00Z${cursor}`;
    const page = (await owner.call("GET", path)) as { items: { at: string }[]; next: string | null };
    all.push(...page.items.map(({ at }) => Date.parse(at) / 1_000));
    next = page.next;
  }
  return all.toSorted((a, b) => a - b);
}
