import type { EntryNumber, Epoch, GeofenceRef, Side, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { AlertId, AlertPreferences } from "@purrimeter/store/alert";
import { BUILT_IN_RULES, type AlertRule, type AlertRuleId } from "@purrimeter/store/alert-rule";
import type { AlertDraft, AlertEvent, AlertTask } from "@purrimeter/store/alert-work";
import type { GeofenceId } from "@purrimeter/store/geofence";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { decide } from "../rules/decide.ts";

export const GARDEN = "garden" as GeofenceId;
export const SHED = "shed" as GeofenceId;

/** 2026-11-30T12:00:00Z, 13:00 in Zurich. */
export const NOON_S = Date.parse("2026-11-30T12:00:00Z") / 1_000;

/** A rule beside the built-in ones. */
export function ruleOf(kind: AlertRule["kind"], more: Partial<AlertRule> = {}): AlertRule {
  const id = `own-${kind}` as AlertRuleId;
  return {
    id,
    kind,
    isBuiltIn: false,
    isEnabled: true,
    tellsViewers: false,
    changedAt: 0 as UnixSeconds,
    ...more,
  };
}

/** What a change of side may say beside its side. */
interface Change {
  readonly geofence?: GeofenceId;
  readonly from?: Side;
  readonly lastKnown?: "inside" | "outside" | null;
  /** When the tag decided it; now unless given. */
  readonly atS?: number;
  readonly number?: number;
  readonly epoch?: number;
}

/** A tag whose events are judged one after the other, in a time that passes when a test says so; its state goes through JSON. */
export class JudgedTag {
  nowS = NOON_S;
  rules: readonly AlertRule[] = BUILT_IN_RULES;
  preferences: AlertPreferences = { language: "en", timeZone: "Europe/Zurich" };
  state: unknown = undefined;
  dueAt: number | undefined;
  isClockTrusted = true;
  task: Partial<AlertTask> = {};
  /** Nobody has taken these into their hands. */
  untold: readonly AlertId[] = [];
  readonly told: AlertDraft[] = [];
  #number = 0;

  /** What was told since the last time that this was asked. */
  news(): AlertDraft[] {
    return this.told.splice(0);
  }

  kinds(): string[] {
    return this.news().map(({ kind }) => kind);
  }

  /** Lets time pass; what is due meanwhile is judged at its time. */
  pass(seconds: number): this {
    const untilS = this.nowS + seconds;
    for (let due = this.dueAt; due !== undefined && due <= untilS; due = this.dueAt) {
      this.nowS = Math.max(due, this.nowS);
      this.judge({ kind: "due", at: due as UnixSeconds });
    }
    this.nowS = untilS;
    return this;
  }

  moves(to: Side, change: Change = {}): this {
    return this.judge(this.transition(to, change));
  }

  transition(to: Side, change: Change = {}): Extract<AlertEvent, { kind: "transition" }> {
    const { geofence = GARDEN, atS = this.nowS, from = to === "inside" ? "outside" : "inside" } = change;
    const number = (change.number ?? ++this.#number) as EntryNumber;
    const at = atS as UnixSeconds;
    const known = "lastKnown" in change ? { lastKnown: change.lastKnown ?? null } : {};
    return {
      ...{ kind: "transition", at, number, doubt: undefined, receivedAtMs: this.nowS * 1_000 },
      epoch: (change.epoch ?? 7) as Epoch,
      geofence: { id: geofence, name: geofence === GARDEN ? "Garden" : "Shed" },
      entry: {
        ...{ kind: "transition", at, geofence: 0 as GeofenceRef, from, to, settingsVersion: 1, ...known },
        evidenceFrom: Math.max(1, number - 3) as EntryNumber,
      },
    };
  }

  judge(event: AlertEvent): this {
    const task: AlertTask = {
      ...{
        id: "task",
        attempts: 0,
        ownership: 1,
        owner: "owner" as OwnerId,
        tag: "cat-1" as TagId,
        tagName: "Mia",
      },
      ...{ event, rules: this.rules, preferences: this.preferences, state: this.state, untold: this.untold },
      ...{
        mutedUntil: undefined,
        lastHeardAt: this.nowS as UnixSeconds,
        lastPlace: undefined,
        batteryPercent: undefined,
      },
      ...{
        commands: [],
        viewers: [],
        geofences: [GARDEN, SHED].map((id) => ({ id, name: id === GARDEN ? "Garden" : "Shed" })),
      },
      ...this.task,
    };
    const before = JSON.stringify(task);
    const conclusion = decide(task, {
      nowMs: this.nowS * 1_000,
      isClockTrusted: this.isClockTrusted,
      newId: () => `alert-${nextId++}` as AlertId,
    });
    if (JSON.stringify(task) !== before) throw new Error("a task was changed");
    this.state = conclusion.state === undefined ? undefined : JSON.parse(JSON.stringify(conclusion.state));
    this.dueAt = conclusion.dueAt;
    this.told.push(...conclusion.alerts);
    return this;
  }
}

let nextId = 1;
