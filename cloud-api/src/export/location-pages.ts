import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { EntryPosition, LocationPage } from "@purrimeter/store/location";
import type { OwnerView } from "@purrimeter/store/owner-view";

/** Locations in memory at once. */
const PAGE = 1_000;

/** The tag or the account was taken away or erased while it was read. */
export class GoneError extends Error {
  override readonly name = "GoneError";
}

/** All locations of a stretch, a page at a time. Throws GoneError when the tag is not the owner's any more. */
export async function* locationPages(
  view: Pick<OwnerView, "locations">,
  tag: TagId,
  { from, to }: { readonly from: UnixSeconds; readonly to: UnixSeconds },
): AsyncGenerator<LocationPage> {
  for (let after: EntryPosition | undefined; ;) {
    const page = await view.locations(tag, { from, to, after, limit: PAGE });
    if (page === "not-found") throw new GoneError("the tag is not the owner's any more");
    yield page;
    if (page.next === undefined) return;
    after = page.next;
  }
}

const encoder = new TextEncoder();

/** Bytes of texts that are made when they are read, so that a slow reader keeps one of them in memory. */
export function streamOf(texts: AsyncGenerator<string, void>): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      pull: async (controller) => {
        const next = await texts.next();
        if (next.done === true) controller.close();
        else controller.enqueue(encoder.encode(next.value));
      },
      cancel: async () => {
        await texts.return(undefined);
      },
    },
    { highWaterMark: 1 },
  );
}
