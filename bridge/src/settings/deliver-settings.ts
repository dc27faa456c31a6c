import { WIRE_VERSION } from "@purrimeter/protocol/limits";
import type { Settings, Status } from "@purrimeter/protocol/messages";
import { encodeSettings } from "@purrimeter/protocol/settings";
import type { TagId } from "@purrimeter/protocol/values";
import type { ReportStore, SettingsCursor } from "@purrimeter/store/report-store";
import type { BridgeCounters } from "../metrics/bridge-counters.ts";
import type { ReportSource } from "../broker/report-source.ts";

/** A tag takes this long to try new settings and say so; the same version is not sent again before. */
const ANSWER_TIMEOUT_MS = 10_000;

export interface DeliverSettingsParts {
  readonly store: Pick<ReportStore, "wantedSettings" | "wireVersionOf" | "settingsChangedSince">;
  readonly source: Pick<ReportSource, "send">;
  readonly counters: BridgeCounters;
  readonly monotonicMs: () => number;
}

/** What is known of the settings of a tag with a session. */
interface Delivery {
  /** Version that the tag says it runs; undefined until it says so. */
  reported: number | undefined;
  /** Version that it will not take. */
  refused: number | undefined;
  sent: { readonly version: number; readonly atMs: number } | undefined;
}

/** Sends settings to tags that run others than are wanted. */
export interface SettingsDelivery {
  /** The tag has said what it runs. */
  reported(tag: TagId, status: Status): void;
  left(tag: TagId): void;
  /**
   * Sends the tag what is wanted unless it runs that, refused it or has just been sent it; in the wire version that the tag
   * reads, which leaves out what an older one lacks.
   */
  offer(tag: TagId): Promise<void>;
  /** Tags with a session whose wanted settings changed since the last call; cheap. */
  changed(): Promise<readonly TagId[]>;
}

export function createSettingsDelivery(parts: DeliverSettingsParts): SettingsDelivery {
  const deliveries = new Map<TagId, Delivery>();
  let cursor: SettingsCursor | undefined;
  const of = (tag: TagId): Delivery => {
    const known = deliveries.get(tag) ?? { reported: undefined, refused: undefined, sent: undefined };
    deliveries.set(tag, known);
    return known;
  };
  return {
    reported: (tag, status) => {
      if (!status.online) return;
      const delivery = of(tag);
      delivery.reported = status.settingsVersion;
      delivery.refused = status.refusedSettings?.version;
    },
    left: (tag) => void deliveries.delete(tag),
    offer: (tag) => offer(parts, tag, of(tag)),
    changed: async () => {
      const news = await parts.store.settingsChangedSince(cursor);
      cursor = news.cursor;
      return news.tags.filter((tag) => deliveries.has(tag));
    },
  };
}

async function offer(
  { store, source, counters, monotonicMs }: DeliverSettingsParts,
  tag: TagId,
  delivery: Delivery,
): Promise<void> {
  const wanted = await store.wantedSettings(tag);
  if (wanted === undefined || !isNews(wanted, delivery, monotonicMs())) return;
  const version = Math.min(await store.wireVersionOf(tag), WIRE_VERSION);
  if (!source.send(tag, "settings", encodeSettings(wanted, version))) return;
  delivery.sent = { version: wanted.version, atMs: monotonicMs() };
  counters.add("settings-sent");
}

function isNews({ version }: Settings, { reported, refused, sent }: Delivery, nowMs: number): boolean {
  if (version === reported || version === refused) return false;
  return sent?.version !== version || nowMs - sent.atMs > ANSWER_TIMEOUT_MS;
}
