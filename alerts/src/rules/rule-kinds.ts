import type { AlertRuleKind } from "@purrimeter/store/alert-rule";
import { batteryLow } from "./battery-low.ts";
import { cameBack } from "./came-back.ts";
import { found } from "./found.ts";
import type { RuleKind } from "./judging.ts";
import { left } from "./left.ts";
import { liveFailed } from "./live-failed.ts";
import { notBackBy } from "./not-back-by.ts";
import { outsideLonger } from "./outside-longer.ts";
import { shared } from "./shared.ts";
import { silent } from "./silent.ts";

/** What decides for each kind of rule, in the order in which they are asked: `left` says which ways back need no word. */
export const RULE_KINDS: Readonly<Record<AlertRuleKind, RuleKind>> = {
  left,
  "came-back": cameBack,
  "not-back-by": notBackBy,
  "outside-longer": outsideLonger,
  "battery-low": batteryLow,
  silent,
  "live-failed": liveFailed,
  found,
  shared,
};

/** The place of a kind in the order. */
export const KIND_ORDER: readonly AlertRuleKind[] = Object.keys(RULE_KINDS) as AlertRuleKind[];

/** Kinds that tell how long something lasts, or that a time has come. */
export const TIMED_KINDS: ReadonlySet<AlertRuleKind> = new Set<AlertRuleKind>([
  ...(["not-back-by", "outside-longer", "silent", "live-failed"] as const),
]);
