import { expect } from "vitest";
import type { TestApi, TestOwner } from "./test-api.ts";

/** Gives the next chunk of a stream; undefined at its end. */
export type Next = () => Promise<string | undefined>;

/** What events say; each test reads what it expects there. */
export interface EventData {
  readonly lat: number;
  readonly tag: string;
  readonly reason: string;
  readonly [name: string]: unknown;
}

/** A chunk that holds no event, but says where the stream is. */
export const NOTHING_NEW = /^:\nid: \S+\n\n$/;

/** The event of a chunk and its data. */
export function parsed(chunk = ""): {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: EventData | undefined;
} {
  const id = /^id: (.*)$/m.exec(chunk)?.[1];
  const event = /^event: (.*)$/m.exec(chunk)?.[1];
  const data = /^data: (.*)$/m.exec(chunk)?.[1];
  return { id, event, data: data === undefined ? undefined : (JSON.parse(data) as EventData) };
}

/** Which fix of `fixAt` a chunk's location is; undefined for other events. */
export function stepOf(chunk: string | undefined): number | undefined {
  const lat = parsed(chunk).data?.lat;
  return lat === undefined ? undefined : Math.round((lat - 1) * 1e7);
}

/** Skips what a stream begins with. */
export async function begun(next: Next): Promise<Next> {
  expect(await next()).toBe("retry: 2000\n\n");
  expect(parsed(await next())).toMatchObject({ event: "settings" });
  return next;
}

/** The last event of a stream. */
export function end(reason: string): string {
  return `event: end\ndata: {"reason":"${reason}"}\n\n`;
}

/** Less than a second passes, with a look each 250 ms. */
export async function look(api: TestApi): Promise<void> {
  for (let i = 0; i < 3; i++) {
    api.nowMs += 250;
    await api.live.look();
  }
}

/** Somebody who has accepted a share of the tag. */
export async function viewerOf(
  api: TestApi,
  tag: string,
  owner: TestOwner,
  invite: object,
): Promise<{ readonly owner: TestOwner; readonly share: string }> {
  const viewer = await api.owner();
  const path = `/v1/tags/${tag}/shares`;
  const { code } = (await api.ask(path, { method: "POST", body: invite, token: owner.token })).body;
  const { body } = await api.ask("/v1/shares/accept", {
    method: "POST",
    body: { code },
    token: viewer.token,
  });
  return { owner: viewer, share: body.id };
}
