import type { AlertId } from "@purrimeter/store/alert";
import type { AlertRule } from "@purrimeter/store/alert-rule";
import type { AlertConclusion, AlertDraft, AlertTask } from "@purrimeter/store/alert-work";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { readState, type AlertState, type FenceState } from "./alert-state.ts";
import { applyEvent } from "./apply-event.ts";
import { withTold } from "./flap-hold.ts";
import { earliest, type Judging, type Told, type Verdict } from "./judging.ts";
import { KIND_ORDER, RULE_KINDS, TIMED_KINDS } from "./rule-kinds.ts";
import { concernsTag } from "./rule-times.ts";

/** When and with which ids it is decided. */
export interface Deciding {
  /** Milliseconds of UTC. */
  readonly nowMs: number;
  /** False while the clock is doubted: then nothing waits for a time, and nothing is said to be late. True unless given. */
  readonly isClockTrusted?: boolean;
  /** Gives a random id for each alert. */
  readonly newId: () => AlertId;
}

/**
 * What is to be told because of an event or a time, and what is remembered: a function of rules, event, state and time, without
 * clock and IO. A state that cannot be read is a fresh one.
 */
export function decide(
  task: AlertTask,
  { nowMs, newId, isClockTrusted: mayWait = true }: Deciding,
): AlertConclusion {
  const nowS = Math.floor(nowMs / 1_000);
  const state = readState(task.state);
  const since = state.since ?? (task.event.kind === "claimed" ? Math.min(task.event.at, nowS) : nowS);
  const applied = applyEvent(state.fences, task, nowS);
  const toOwner = !isMuted(task, nowS);
  const released = toOwner ? viewersOnly(applied.fences) : NONE;
  const before = withoutTold(applied.fences, released);
  const asked = askRules({ task, nowMs, nowS, since, mayWait, ...applied, fences: before, released }, state);
  const all = oneOfEach(asked.told).map((told) => ({ ...draftOf(told, newId()), toOwner }));
  const drafts = all.filter(({ toViewers }) => toOwner || (toViewers && task.viewers.length > 0));
  const fences = drafts.reduce((sides, draft) => afterDraft(sides, draft, nowS), before);
  const kept: AlertState = { v: 1, since, fences, rules: asked.memories };
  const dueAt = mayWait ? laterThan(nowS, asked.dueAt) : WHEN_TRUSTED;
  return {
    alerts: drafts.map(({ key: _, ...draft }) => draft),
    state: kept,
    dueAt: dueAt as UnixSeconds | undefined,
  };
}

/** A doubted clock names no time at which to ask again. This one is over as soon as timers fire again. */
const WHEN_TRUSTED = 1;

function laterThan(nowS: number, dueAt: number | undefined): number | undefined {
  return dueAt === undefined ? undefined : Math.max(Math.ceil(dueAt), nowS + 1);
}

/** What a rule wants told. */
interface RuleTold {
  readonly rule: AlertRule;
  readonly told: Told;
}

interface Asked {
  readonly memories: Readonly<Record<string, unknown>>;
  readonly told: readonly RuleTold[];
  readonly dueAt: number | undefined;
}

function askRules(common: Omit<Judging, "rule" | "closed">, { rules: kept }: AlertState): Asked {
  const memories: Record<string, unknown> = {};
  const told: RuleTold[] = [];
  const dues: (number | undefined)[] = [];
  const closed = new Set<string>();
  const { rules } = common.task;
  for (const rule of rules.toSorted((a, b) => KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind))) {
    if (!rule.isEnabled || !concernsTag(rule, common.task)) continue;
    const verdict = ask({ ...common, rule, closed }, kept[rule.id]);
    if (verdict.memory !== undefined) memories[rule.id] = verdict.memory;
    told.push(...verdict.told.map((one) => ({ rule, told: one })));
    dues.push(verdict.dueAt);
    for (const key of verdict.closes ?? []) closed.add(key);
  }
  return { memories, told, dueAt: earliest(dues) };
}

/** How long something lasts is not told by a clock that is doubted. */
function ask(judging: Judging, memory: unknown): Verdict {
  const { kind } = judging.rule;
  return !judging.mayWait && TIMED_KINDS.has(kind) ? { memory, told: [] } : RULE_KINDS[kind](judging, memory);
}

function isMuted({ mutedUntil }: AlertTask, nowS: number): boolean {
  return mutedUntil === "for-ever" || (mutedUntil !== undefined && mutedUntil > nowS);
}

const NONE: ReadonlySet<string> = new Set();

/** Zones of which viewers alone were told, while the owner had muted the tag. */
function viewersOnly(fences: Readonly<Record<string, FenceState>>): ReadonlySet<string> {
  const keys = Object.keys(fences);
  return new Set(keys.filter((key) => fences[key]?.told?.isViewersOnly === true));
}

/** What viewers were told holds nothing back from the owner. */
function withoutTold(
  fences: Readonly<Record<string, FenceState>>,
  released: ReadonlySet<string>,
): Readonly<Record<string, FenceState>> {
  const entries = Object.entries(fences);
  return Object.fromEntries(
    entries.map(([key, { told, ...rest }]) => [
      key,
      told === undefined || released.has(key) ? rest : { ...rest, told },
    ]),
  );
}

/** Two rules that say the same are told as one, over the channels of both; what a change of side says needs no word that the tag was heard. */
function oneOfEach(
  all: readonly RuleTold[],
): readonly (RuleTold & { readonly rules: readonly AlertRule[] })[] {
  const isMove = all.some(({ told: { kind } }) => kind === "left" || kind === "came-back");
  const wanted = isMove ? all.filter(({ told: { kind } }) => kind !== "heard-again") : all;
  const groups = Map.groupBy(
    wanted,
    ({ told: { kind, key, facts } }) => `${kind} ${key ?? ""} ${key === undefined ? facts.at : ""}`,
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, rules: group.map(({ rule }) => rule) }];
  });
}

type Draft = AlertDraft & Pick<Told, "key">;

function draftOf(
  { rule, rules, told }: RuleTold & { readonly rules: readonly AlertRule[] },
  id: AlertId,
): Omit<Draft, "toOwner"> {
  const { kind, facts, stages, key, replaces = [] } = told;
  const channels = rules.some((one) => one.channels === undefined)
    ? undefined
    : [...new Set(rules.flatMap((one) => one.channels ?? []))];
  const toViewers = rules.some(({ tellsViewers }) => tellsViewers);
  const about = key === undefined ? {} : { key };
  return {
    id,
    kind,
    rule: rule.id,
    facts,
    stages,
    channels,
    toViewers,
    notBefore: undefined,
    replaces,
    ...about,
  };
}

function afterDraft(
  fences: Readonly<Record<string, FenceState>>,
  { id, kind, key = "", facts, toOwner }: Draft,
  nowS: number,
) {
  const fence = fences[key];
  if (fence === undefined || (kind !== "left" && kind !== "came-back")) return fences;
  const side = kind === "left" && facts.backAt === undefined ? "outside" : "inside";
  return {
    ...fences,
    [key]: withTold(
      fence,
      {
        ...{ alert: id, side, at: facts.at, count: facts.count ?? 1 },
        ...(!toOwner && { isViewersOnly: true }),
      },
      nowS,
    ),
  };
}
