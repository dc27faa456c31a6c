import type { LinkCipher } from "@purrimeter/protocol/link-cipher";
import type { Log } from "@purrimeter/service/log";
import type { Time } from "@purrimeter/service/time";
import type { AcceptLink } from "./link.ts";
import type { MakeUplink } from "./paired-tag.ts";
import { hex, type Pairing } from "./pairing.ts";
import { TagLink } from "./tag-link.ts";

/** What a gateway needs. */
export interface GatewayOptions {
  readonly pairings: readonly Pairing[];
  readonly cipher: LinkCipher;
  readonly makeUplink: MakeUplink;
  readonly log: Log;
  readonly time: Time;
}

/** A gateway that runs. */
export interface Gateway {
  readonly accept: AcceptLink;
  /** Closes all links; the tags keep what was not acknowledged. */
  close(): void;
}

/** A gateway serves one household; more links than this are not from its tags. */
const MAX_LINKS = 64;
const TICK_MS = 500;

/** Starts a gateway; the caller passes links to `accept`. */
export function openGateway(options: GatewayOptions): Gateway {
  const { pairings, cipher, makeUplink, log, time } = options;
  const byId = new Map(pairings.map((pairing) => [hex(pairing.id), pairing]));
  const links = new Set<TagLink>();
  const listener = {
    proven: (link: TagLink, tag: string): void => {
      log.info("tag is near", { event: "tag.near", tag });
      for (const other of links) if (other !== link && other.tagId === tag) other.close();
    },
    closed: (link: TagLink): void => {
      links.delete(link);
      if (link.tagId !== undefined) log.info("tag is gone", { event: "tag.gone", tag: link.tagId });
    },
    failed: (tag: string, code: string): void =>
      log.warn("no session with the bridge", { event: "tag.no-session", tag, code }),
  };
  const tick = (): void => {
    for (const link of links) link.tick(time.monotonicMs());
  };
  const cancel = time.every(TICK_MS, tick);
  return {
    accept: (link) => {
      const end = new TagLink(link, cipher, byId, makeUplink, listener);
      if (links.size >= MAX_LINKS) makeRoom(links);
      links.add(end);
      end.tick(time.monotonicMs());
      return end;
    },
    close: () => {
      cancel();
      for (const link of links) link.close();
    },
  };
}

/** Closes the oldest link that has not proved itself, else the oldest of all. */
function makeRoom(links: ReadonlySet<TagLink>): void {
  const unproven = [...links].find(({ tagId }) => tagId === undefined);
  (unproven ?? [...links][0])?.close();
}
