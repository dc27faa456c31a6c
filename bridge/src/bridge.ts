import type { Command } from "@purrimeter/protocol/messages";
import { decodeStatus } from "@purrimeter/protocol/status";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { errorCode, type Log } from "@purrimeter/service/log";
import type { Alarms } from "@purrimeter/service/alarm-engine";
import type { ClockTrust } from "@purrimeter/service/clock-trust";
import type { Time } from "@purrimeter/service/time";
import type { CommandWork } from "@purrimeter/store/command";
import type { LostWork } from "@purrimeter/store/lost-mode";
import type { ReportStore, RegistrationState } from "@purrimeter/store/report-store";
import type { BridgeCounters } from "./metrics/bridge-counters.ts";
import { createReportVerifier, type ReportVerifier } from "./verification/report-verifier.ts";
import { createSettingsDelivery, type SettingsDelivery } from "./settings/deliver-settings.ts";
import { readableSettings } from "./settings/readable-settings.ts";
import { createCommandDelivery, type CommandDelivery } from "./commands/deliver-commands.ts";
import { sendCommand, type CommandSent } from "./commands/send-command.ts";
import { createUnreadableLog, type UnreadableLog } from "./ingest/log-unreadable.ts";
import { createIdleQueue } from "./ingest/idle-queue.ts";
import { DEFAULT_QUOTAS, ReportQuota, type ReportQuotas } from "./ingest/report-quota.ts";
import { CrowdedTags } from "./ingest/crowded-tags.ts";
import type { MissingEntries } from "./ingest/missing-entries.ts";
import { receiveReport } from "./ingest/receive-report.ts";
import type { Admission, ReportSink, ReportSource } from "./broker/report-source.ts";
import { createDoubtJudge } from "./ingest/doubt.ts";

export interface BridgeParts {
  readonly store: ReportStore;
  /** Commands that owners give; none are sent without. */
  readonly commands?: CommandWork | undefined;
  /** Ends the lost modes that are over; none is ended without. */
  readonly lost?: LostWork | undefined;
  readonly source: ReportSource;
  readonly counters: BridgeCounters;
  readonly log: Log;
  readonly retentionDays: number;
  /** Whether reports are decided again; they are unless this says no. */
  readonly verification?: boolean | undefined;
  /** What one tag may have stored; the defaults unless given. */
  readonly quotas?: ReportQuotas | undefined;
  /** Told how many entries before a report are missing. */
  readonly missing?: Pick<MissingEntries, "found"> | undefined;
  readonly now: () => UnixSeconds;
  readonly time: Time;
  /** Told of tags' times, and asked before a time is doubted; the clock is trusted unless this is given. */
  readonly clock?:
    (Pick<ClockTrust, "heard" | "isTrusted"> & Partial<Pick<ClockTrust, "isPlausible">>) | undefined;
  /** Told of doubted fixes and quotas that are used up; left out, nobody is. */
  readonly alarms?: Alarms | undefined;
}

/** Between a source of reports and the store. Whoever makes it calls `tick` a few times a second. */
export interface Bridge {
  readonly sink: ReportSink;
  /** Sends changed settings and commands; never rejects. */
  tick(): Promise<void>;
  /** Sends a command in the wire version that the tag reads. Rejects when the store does. */
  command(tag: TagId, command: Command): Promise<CommandSent>;
}

export function createBridge(parts: BridgeParts): Bridge {
  const monotonicMs = (): number => parts.time.monotonicMs();
  const doubts = createDoubtJudge(parts.retentionDays, () => parts.clock?.isTrusted() ?? true);
  const idle = createIdleQueue(parts.time);
  const verification =
    parts.verification === false
      ? undefined
      : createReportVerifier({ ...parts, monotonicMs, defer: idle.defer });
  const settings = createSettingsDelivery({
    ...parts,
    monotonicMs,
    store: watched(parts.store, verification),
  });
  const commands = commandDelivery(parts, monotonicMs);
  const endLost = lostModesEnd(parts, monotonicMs);
  const quota = new ReportQuota(parts.quotas ?? DEFAULT_QUOTAS, monotonicMs);
  const unreadable = createUnreadableLog(parts.log, monotonicMs);
  const reporting = { ...parts, delivery: commands, doubts, quota, verification, unreadable };
  const crowds = new CrowdedTags(
    monotonicMs,
    (tag) =>
      void guarded(
        tag,
        parts.store.recordManySessions(tag, parts.now()).then(() => undefined),
      ),
  );
  const guarded = (tag: TagId, work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => fault(parts, tag, error));
  return {
    sink: {
      admit: (tag) => admit(parts, tag),
      report: (tag, bytes) => idle.busyWith(receiveReport(reporting, tag, bytes)),
      status: (tag, bytes) => guarded(tag, receiveStatus(reporting, settings, tag, bytes)),
      subscribed: (tag, channel) => {
        if (channel === "settings") void guarded(tag, settings.offer(tag));
        if (channel !== "command" || commands === undefined) return;
        commands.subscribed(tag);
        void guarded(tag, commands.offer(tag));
      },
      crowded: (tag) => crowds.seen(tag),
      left: (tag) => {
        settings.left(tag);
        commands?.left(tag);
      },
    },
    command: (tag, command) => sendCommand(parts.store, parts.source, tag, command),
    tick: async () => {
      unreadable.sumDue();
      await endLost();
      for (const tag of await changedTags(parts, settings)) await guarded(tag, settings.offer(tag));
      if (commands === undefined) return;
      for (const tag of await changedTags(parts, commands)) await guarded(tag, commands.offer(tag));
    },
  };
}

function commandDelivery(
  { commands, store, source, counters, now, clock }: BridgeParts,
  monotonicMs: () => number,
): CommandDelivery | undefined {
  if (commands === undefined) return undefined;
  const isClockPlausible = (): boolean => clock?.isPlausible?.() ?? true;
  return createCommandDelivery({ commands, store, source, counters, now, monotonicMs, isClockPlausible });
}

/** How often lost modes are looked for that are over. */
const LOST_EVERY_MS = 1_000;

/** Ends lost modes that are over; never rejects. */
function lostModesEnd(parts: BridgeParts, monotonicMs: () => number): () => Promise<void> {
  const { lost, clock, now } = parts;
  let lookAtMs = -Infinity;
  return async () => {
    if (lost === undefined || monotonicMs() < lookAtMs || !(clock?.isPlausible?.() ?? true)) return;
    lookAtMs = monotonicMs() + LOST_EVERY_MS;
    await lost.endLostModes(now()).catch((error: unknown) => fault(parts, undefined, error));
  };
}

/** Lets the second decision know the settings that are about to be sent, as the tag reads them. */
function watched(
  store: ReportStore,
  verification: ReportVerifier | undefined,
): Pick<ReportStore, "wantedSettings" | "wireVersionOf" | "settingsChangedSince"> {
  return {
    wantedSettings: async (tag) => {
      const wanted = await store.wantedSettings(tag);
      const settings = wanted && readableSettings(wanted, await store.wireVersionOf(tag));
      verification?.wanted(tag, settings);
      return settings;
    },
    wireVersionOf: (tag) => store.wireVersionOf(tag),
    settingsChangedSince: (cursor) => store.settingsChangedSince(cursor),
  };
}

/** A fault of the store is counted; the tag tries again. */
async function admit(parts: BridgeParts, tag: TagId): Promise<Admission> {
  try {
    return admissionOf(await parts.store.registrationState(tag));
  } catch (error) {
    fault(parts, tag, error);
    return "unavailable";
  }
}

/** An unclaimed tag may connect: it learns so from the refusal of its reports, and keeps its journal. */
function admissionOf(standing: RegistrationState): Admission {
  return standing === "unknown" || standing === "revoked" ? standing : "admitted";
}

type StatusParts = Pick<BridgeParts, "store" | "counters" | "now"> & {
  readonly unreadable: UnreadableLog;
  readonly verification: ReportVerifier | undefined;
  readonly delivery: CommandDelivery | undefined;
};

async function receiveStatus(
  parts: StatusParts,
  settings: SettingsDelivery,
  tag: TagId,
  bytes: Uint8Array,
): Promise<void> {
  const decoded = decodeStatus(bytes);
  if (!decoded.ok) {
    parts.counters.add("bad-status", decoded.error.reason);
    parts.unreadable.tell("status.bad", tag, decoded.error.reason);
    return;
  }
  parts.verification?.reported(tag, decoded.value);
  const outcome = await parts.store.recordStatus(tag, decoded.value, parts.now());
  if (outcome.kind === "refused") parts.counters.add("status-refused", outcome.reason);
  settings.reported(tag, decoded.value);
  if (!decoded.value.online) return;
  await settings.offer(tag);
  parts.delivery?.reported(tag);
  await parts.delivery?.offer(tag);
}

async function changedTags(
  parts: BridgeParts,
  delivery: Pick<SettingsDelivery, "changed">,
): Promise<readonly TagId[]> {
  try {
    return await delivery.changed();
  } catch (error) {
    fault(parts, undefined, error);
    return [];
  }
}

/** The store's own fault; the tag's next status or the next change tries again. */
function fault({ counters, log }: BridgeParts, tag: TagId | undefined, error: unknown): void {
  counters.add("store-fault", errorCode(error));
  const who = tag === undefined ? {} : { tag };
  log.error("settings, commands, a status or a look-up failed", {
    event: "bridge.fault",
    code: errorCode(error),
    ...who,
  });
}
