import { createHash } from "node:crypto";
import type { Detection, GeofenceSetting, Settings } from "@purrimeter/protocol/messages";
import { decodeSettings, encodeSettings } from "@purrimeter/protocol/settings";
import type { TagId } from "@purrimeter/protocol/values";
import { LruMap } from "@purrimeter/service/lru-map";

/** A tag that is slow to answer runs one of the last few. */
const VERSIONS = 3;

/** What of one version of a tag's settings decides sides. */
export interface KnownSettings {
  readonly version: number;
  /** The same for the same geofences in the same order, and the same step of detection; empty for no geofences. */
  readonly digest: string;
  readonly bytes: Uint8Array;
  readonly detection: Detection | undefined;
  /** Version from which on they are these: a tag that took others in between has forgotten its sides. */
  readonly since: number;
}

/** The last few settings of each tag that the bridge has seen, as bytes, for so many tags at most. */
export interface SettingsMemory {
  keep(tag: TagId, settings: Settings): void;
  find(tag: TagId, version: number): KnownSettings | undefined;
  forget(tag: TagId): void;
}

export function createSettingsMemory(maxTags: number): SettingsMemory {
  const known = new LruMap<TagId, readonly KnownSettings[]>(maxTags);
  return {
    keep: (tag, settings) => {
      const before = known.peek(tag) ?? [];
      known.set(
        tag,
        [knownOf(settings, before[0]), ...before.filter(isNot(settings.version))].slice(0, VERSIONS),
      );
    },
    find: (tag, version) => known.peek(tag)?.find((settings) => settings.version === version),
    forget: (tag) => void known.delete(tag),
  };
}

/** The geofences again. */
export function geofencesOf({ bytes }: KnownSettings): readonly GeofenceSetting[] {
  const decoded = decodeSettings(bytes);
  if (!decoded.ok) throw new Error("settings that were encoded here cannot be decoded");
  return decoded.value.geofences;
}

function isNot(version: number): (settings: KnownSettings) => boolean {
  return (settings) => settings.version !== version;
}

function knownOf(
  { version, geofences, detection }: Settings,
  before: KnownSettings | undefined,
): KnownSettings {
  const decisive = detection === undefined ? { geofences } : { geofences, detection };
  const bytes = encodeSettings({ version: 1, fixIntervalS: 1, reportIntervalS: 1, ...decisive }).slice();
  const digest = geofences.length === 0 ? "" : createHash("sha256").update(bytes).digest("base64url");
  return { version, digest, bytes, detection, since: before?.digest === digest ? before.since : version };
}
