import type { DecodeReason } from "./decode-error.ts";
import type { Entry } from "./report/entry.ts";
import type { EntryNumber, Epoch, GeofenceRef, LatE7, LonE7 } from "./values.ts";

/** Consecutive journal entries in one message, tag to cloud. */
export interface Report {
  readonly epoch: Epoch;
  /** Number of the first entry. Entry i has the number first + i. */
  readonly first: EntryNumber;
  /** Oldest number that the journal still holds; missing numbers below it will never be sent. At most `first`. */
  readonly oldest: EntryNumber;
  /** 1 to MAX_REPORT_ENTRIES. */
  readonly entries: readonly Entry[];
}

/** "Stored through number N": sent after the commit. Also acknowledges one span beyond N, as RFC 2018 does. */
export interface StoredAck {
  readonly kind: "stored";
  readonly epoch: Epoch;
  /** All numbers up to this are stored or will never be sent; 0 when there is none. */
  readonly through: number;
  /** A span after a hole that is stored too. */
  readonly ahead?: { readonly first: EntryNumber; readonly last: EntryNumber };
}

/**
 * Why a report was not stored. The first reason is final (the bytes are kept as a dead letter), the others are temporary.
 */
export type RefusalReason = DecodeReason | "unclaimed" | "storage-full" | "busy";

/** The report with this checksum was not stored as it is. */
export interface RefusedAck {
  readonly kind: "refused";
  readonly reason: RefusalReason;
  /** CRC-32 of the report's bytes, so that the tag knows which one is meant. */
  readonly reportCrc: number;
  /**
   * True: the cloud keeps it as a dead letter, the tag releases its entries. False: the tag keeps them and tries again
   * later.
   */
  readonly final: boolean;
}

export type Ack = StoredAck | RefusedAck;

export interface PolygonSetting {
  readonly kind: "polygon";
  readonly ref: GeofenceRef;
  /** Open ring (the last vertex is not the first again), MIN_VERTICES to MAX_VERTICES. */
  readonly vertices: readonly { readonly latE7: LatE7; readonly lonE7: LonE7 }[];
}

export interface CircleSetting {
  readonly kind: "circle";
  readonly ref: GeofenceRef;
  readonly latE7: LatE7;
  readonly lonE7: LonE7;
  /** MIN_RADIUS_CM to MAX_RADIUS_CM. */
  readonly radiusCm: number;
}

export type GeofenceSetting = PolygonSetting | CircleSetting;

/**
 * How much evidence a change of side takes: `quick` says an escape earlier and errs more often, `quiet` errs less and says it
 * later.
 */
export type Detection = "quick" | "usual" | "quiet";

/** The cat is lost: the tag takes a fix and reports it each interval, whatever the cat does, until one of the ends. */
export interface LostMode {
  /** Seconds from one contact to the next, 30 to 3,600. */
  readonly intervalS: number;
  /** Ends when the battery has this percentage, 5 to 50. */
  readonly floorPercent: number;
  /** How long the buzzer sounds when the tag moves, once a minute at most; 0 to 30, 0 for silence. */
  readonly buzzS: number;
  /** UTC after which it ends; 0 for never. */
  readonly until: number;
}

/** What the cloud wants of a tag. */
export interface Settings {
  /** 1 to 4,294,967,295; grows with every change. */
  readonly version: number;
  /**
   * Seconds between fixes near an edge, 1 to 86,400: how late the owner may learn of an escape. Far inside there are
   * fewer.
   */
  readonly fixIntervalS: number;
  /** Seconds between reports when nothing happens, 1 to 86,400. */
  readonly reportIntervalS: number;
  /** At most MAX_GEOFENCES with different refs and MAX_TAG_VERTICES in all. */
  readonly geofences: readonly GeofenceSetting[];
  /** Absent in version 1, and means `usual` then. */
  readonly detection?: Detection;
  /** Version 2; absent unless the cat is lost. Firmware that does not know it skips it. */
  readonly lost?: LostMode;
}

/** A request to act once. */
export interface Command {
  /** 1 to 4,294,967,295; a tag acts on an id once. */
  readonly id: number;
  /**
   * `locate`: one fix now, also while the cat rests; `stop`: ends live mode, buzzer and light. Both need version 2.
   */
  readonly action: "live" | "buzz" | "light" | "locate" | "stop";
  /** How long, 1 to 3,600 s; 0 to 3,600 and without meaning for `locate` and `stop`. */
  readonly seconds: number;
  /** UTC after which the tag ignores it. */
  readonly expiresAt: number;
}

/** A command as a tag reads it; `unknown`: an action of version 2 that is newer than its program. It is answered with `refused`. */
export interface ReceivedCommand extends Omit<Command, "action"> {
  readonly action: Command["action"] | "unknown";
}

/** The state of a tag: published when it connects, when its settings change, and (online: false) as its MQTT will. */
export interface Status {
  readonly online: boolean;
  /** Version of the settings that it runs, 0 when it has none. */
  readonly settingsVersion: number;
  /** Printable ASCII, at most MAX_FIRMWARE_LENGTH. */
  readonly firmware: string;
  /** Newest wire version that the tag reads, 2; absent = 1. The cloud sends it nothing newer. */
  readonly wireVersion?: number;
  /** Which decision of sides the tag runs, DECISION_VERSION of its firmware; absent = the first. */
  readonly decisionVersion?: number;
  /** Whether it is in lost mode; said by a tag whose settings have that, and which knows it. */
  readonly isLost?: boolean;
  /** Version of settings that it refused, and why, until newer ones arrive. */
  readonly refusedSettings?: { readonly version: number; readonly reason: DecodeReason } | undefined;
}
