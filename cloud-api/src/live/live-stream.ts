import { createHash } from "node:crypto";
import type { Alert } from "@purrimeter/store/alert";
import type { TagCommand } from "@purrimeter/store/command";
import type { TagId } from "@purrimeter/protocol/values";
import { WHOLE_REPORT, type FollowedTag } from "@purrimeter/store/live-news";
import type { Location } from "@purrimeter/store/location";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { locationBody } from "../locations/location-schema.ts";
import { commandBody } from "../commands/command-schema.ts";
import { eventBody } from "../tags/event-schema.ts";
import { stateBody } from "../tags/state-body.ts";
import type { LiveFollower, TagItem } from "./live-follower.ts";
import type { LiveFrames } from "./live-frames.ts";
import type { LivePosition } from "./live-positions.ts";

/** Bytes that wait for a client beside those in its socket: a hundred events. What comes then waits in the database. */
const MAX_WAITING_BYTES = 32_768;

/** What a client waits before it comes back. */
const RETRY_MS = 2_000;

/** A tag that says nothing new but that it is there is told of this often. */
const HEARD_EVERY_S = 60;

/** Why a stream ended: the session or its token, or the right to see the tag; the client reads too slowly; or we stop. */
export type EndReason = "session-ended" | "token-expired" | "not-found" | "slow" | "going-away";

/** Who listens. */
export interface Listener {
  readonly account: OwnerId;
  /** One text for one subscriber. */
  readonly address: string;
  readonly session: string;
  /** Seconds of UTC at which the token ends, and the stream with it. */
  readonly expiresS: number;
  readonly follower: LiveFollower;
  /** Alerts as the account reads them. */
  alertBodies(alerts: readonly Alert[]): Promise<readonly object[]>;
  /** The id of an event after which the client is at that position. */
  readonly seal: (position: LivePosition) => string;
  /** Ends the connection of a client that does not read. */
  hangUp(): void;
}

/** Settings of a tag as they were told. */
interface Told {
  readonly text: string;
  readonly heardAt: number;
}

const BEFORE_ALL = { report: 0, number: WHOLE_REPORT, cut: 0 } as const;

const NOBODY: readonly FollowedTag[] = [];

const encoder = new TextEncoder();

interface LiveStreamParts {
  readonly listener: Listener;
  /** Those of all who follow the same. */
  readonly frames: LiveFrames;
  readonly monotonicMs: () => number;
  readonly onCancel: () => void;
}

/** One client's stream: what it was told, what waits for it, and where it goes on. */
export class LiveStream {
  readonly listener: Listener;
  readonly body: ReadableStream<Uint8Array>;
  /** When something was written. */
  sentMs: number;
  /** Since when news waits because the client does not read. */
  blockedSinceMs: number | undefined;
  isOpen = true;
  /** Not before the present state was told. */
  isBegun = false;
  /** Whether there is older news than that of the present look. */
  isBehind = false;
  #at: Omit<LivePosition, "told"> = { reports: BEFORE_ALL, commands: 0, alerts: 0 };
  #followed: readonly FollowedTag[] = [];
  readonly #told = new Map<TagId, Told>();
  #toldDigest = "";
  /** Locations that were told as the newest ones: they are no news. */
  readonly #newest = new Map<TagId, string>();
  readonly #monotonicMs: () => number;
  readonly #frames: LiveFrames;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor({ listener, frames, monotonicMs, onCancel }: LiveStreamParts) {
    this.listener = listener;
    this.#monotonicMs = monotonicMs;
    this.#frames = frames;
    this.sentMs = monotonicMs();
    this.body = new ReadableStream<Uint8Array>(
      { start: (controller) => void (this.#controller = controller), cancel: onCancel },
      new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }),
    );
    this.#write(`retry: ${RETRY_MS}\n\n`);
  }

  get hasRoom(): boolean {
    return (this.#controller?.desiredSize ?? 0) > 0;
  }

  get followed(): readonly FollowedTag[] {
    return this.#followed;
  }

  /** How far it has told. */
  get at(): Omit<LivePosition, "told"> {
    return this.#at;
  }

  /** Everything up to there was told. */
  moveTo(at: Partial<LiveStream["at"]>): void {
    const { reports = this.#at.reports, commands = this.#at.commands, alerts = this.#at.alerts } = at;
    this.#at = { reports, commands, alerts };
  }

  /** Takes the tags that may be followed now. Those that are new. */
  follow(followed: readonly FollowedTag[]): readonly FollowedTag[] {
    if (isSame(this.#followed, followed)) {
      this.#followed = followed;
      return NOBODY;
    }
    const before = new Set(this.#followed.map(({ ownership }) => ownership));
    const now = new Set(followed.map(({ tag }) => tag));
    for (const { tag } of this.#followed)
      if (!now.has(tag)) {
        this.#told.delete(tag);
        this.#newest.delete(tag);
        this.#send("end", JSON.stringify({ reason: "not-found", tag }));
      }
    this.#followed = followed;
    return followed.filter(({ ownership }) => !before.has(ownership));
  }

  reset(reason: "unknown" | "too-old"): void {
    this.#told.clear();
    this.#newest.clear();
    this.#toldDigest = "";
    this.#send("reset", JSON.stringify({ reason }));
  }

  /** The newest location of a tag, before its news. */
  latest(tag: TagId, location: Location): void {
    this.#newest.set(tag, `${location.epoch}-${location.number}`);
    this.#send("location", this.#named(tag, locationJson(location)));
  }

  /** Something that arrived; false when it has to wait. */
  news({ tag, item }: TagItem): boolean {
    if (!this.hasRoom) return false;
    this.moveTo({ reports: item.mark });
    if (item.kind === "event") this.#send("event", this.#named(tag, eventJson(item.event)));
    else if (this.#newest.get(tag) !== `${item.location.epoch}-${item.location.number}`)
      this.#send("location", this.#named(tag, locationJson(item.location)));
    return true;
  }

  /** Commands of a tag in their present state. */
  commands(tag: TagId, commands: readonly TagCommand[]): void {
    for (const command of commands) this.#send("command", JSON.stringify({ tag, ...commandBody(command) }));
  }

  /** Alerts, oldest first. */
  async alerts(alerts: readonly Alert[]): Promise<void> {
    const bodies = await this.listener.alertBodies(alerts);
    if (!this.isOpen) return;
    for (const [i, { sequence }] of alerts.entries()) {
      this.moveTo({ alerts: sequence });
      this.#send("alert", JSON.stringify(bodies[i] ?? {}));
    }
  }

  /** Those of whose settings something else was told last. `resumed`: what a client says that it was told. */
  settings(followed: readonly FollowedTag[], resumed?: string): void {
    if (!this.listener.follower.may.settings) return;
    const changed: [TagId, string][] = [];
    for (const { tag, state } of followed) {
      if (state === undefined) continue;
      const { json, text } = shownState(state);
      const [told, heardAt] = [this.#told.get(tag), state.lastHeardAt ?? 0];
      if (told?.text === text && heardAt - told.heardAt < HEARD_EVERY_S) continue;
      this.#told.set(tag, { text, heardAt });
      changed.push([tag, json]);
    }
    if (changed.length === 0) return;
    this.#toldDigest = digestOf(this.#told);
    if (resumed !== this.#toldDigest)
      for (const [tag, json] of changed) this.#send("settings", withTag(tag, json));
  }

  /** Breaks the silence, and lets the client know where it is: a place in the order of arrival grows old. */
  keepAlive(): void {
    this.#write(`:\nid: ${this.#id()}\n\n`);
  }

  /** What waits for a client that does not read is not sent: the right to see it may have ended. */
  end(reason: EndReason): void {
    if (!this.isOpen) return;
    const isReading = this.hasRoom;
    this.isOpen = false;
    this.#write(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
    this.#controller?.close();
    if (!isReading) this.listener.hangUp();
  }

  /** The client has gone. */
  forget(): void {
    this.isOpen = false;
  }

  #named(tag: TagId, json: string): string {
    return this.listener.follower.tag === undefined ? withTag(tag, json) : json;
  }

  #id(): string {
    return this.#frames.id({ ...this.#at, told: this.#toldDigest }, this.listener.seal);
  }

  #send(event: string, json: string): void {
    this.#enqueue(this.#frames.event(this.#id(), event, json));
  }

  #write(text: string): void {
    this.#enqueue(encoder.encode(text));
  }

  #enqueue(bytes: Uint8Array): void {
    this.sentMs = this.#monotonicMs();
    this.#controller?.enqueue(bytes);
  }
}

/** The JSON of what arrived, made once for all its readers: those of other accounts see the same. */
function onceFor<Item extends object>(bodyOf: (item: Item) => object): (item: Item) => string {
  const known = new WeakMap<Item, string>();
  return (item) => {
    const json = known.get(item) ?? JSON.stringify(bodyOf(item));
    known.set(item, json);
    return json;
  };
}

const locationJson = onceFor(locationBody);
const eventJson = onceFor(eventBody);

/** `json`: an object that is not empty. */
function withTag(tag: TagId, json: string): string {
  return `{"tag":${JSON.stringify(tag)},${json.slice(1)}`;
}

function isSame(before: readonly FollowedTag[], now: readonly FollowedTag[]): boolean {
  return (
    before === now ||
    (before.length === now.length &&
      before.every(({ tag, ownership }, i) => now[i]?.tag === tag && now[i].ownership === ownership))
  );
}

interface ShownState {
  readonly json: string;
  /** Without when it was heard. */
  readonly text: string;
}

/** Streams of the same account share a state at each look. */
const shownStates = new WeakMap<object, ShownState>();

function shownState(state: NonNullable<FollowedTag["state"]>): ShownState {
  const known = shownStates.get(state);
  if (known !== undefined) return known;
  const body = stateBody(state);
  const shown = {
    json: JSON.stringify(body),
    text: JSON.stringify({ ...body, lastHeardAt: undefined }),
  };
  shownStates.set(state, shown);
  return shown;
}

function digestOf(told: ReadonlyMap<TagId, Told>): string {
  const all = [...told].sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(all)).digest("base64url").slice(0, 12);
}
