import { decide, EXACT_WITHIN_CM, expire, isCertain } from "@purrimeter/device/decide-side";
import type { Geofences } from "@purrimeter/device/geofence";
import type { SeenFix } from "@purrimeter/device/travel";
import type { FixEntry, HealthEntry, TransitionEntry } from "@purrimeter/protocol/entry";
import type { LastKnown, Side } from "@purrimeter/protocol/values";
import { ComparedFence } from "./compared-fence.ts";
import type { NumberedEntry } from "./numbered-entry.ts";
import type { SideSlots } from "./side-slots.ts";
import type { Difference, Incomparable, Comparison } from "./comparison.ts";

/** Fixes that are kept while a first decision may say that the tag began with one of them; most are made of two to five. */
const RECENT_FIXES = 16;

/** `darkAtS`: when the last search between it and the fix before found nothing, 0 for none. */
type NumberedFix = FixEntry & SeenFix & { readonly number: number; readonly darkAtS: number };

/** A transition that the last fix gives. */
interface Expected {
  readonly fence: ComparedFence;
  readonly from: Side;
  readonly to: Side;
  readonly at: number;
  readonly evidenceFrom: number;
}

export interface TagReplayParts {
  readonly slots: SideSlots;
  readonly verdict: (verdict: Comparison) => void;
}

type Start = "none" | "here" | "here-or-before";

/**
 * Decides one tag's fixes again with the tag's own code, in the order of their numbers, and compares with the transitions
 * between them. A geofence is compared only from where the state of the tag is known:
 *  - from the first fix that a transition from unknown names as its evidence, with the last known side that it says, as
 *    after a restart (the first entry of a start is a health entry with another count of starts);
 *  - from a side that faded, which forgets;
 *  - after so many fixes that the past makes no difference.
 * Before, a transition has to prove that the tag runs these settings, because the journal does not say when it took them.
 */
export class TagReplay {
  readonly fences: readonly ComparedFence[];
  readonly #parts: TagReplayParts;
  readonly #settingsSince: number;
  #isProven = false;
  #boots: number | undefined;
  /** Entries are missing since `#boots` was read. */
  #areBootsOld = true;
  #recent: NumberedFix[] = [];
  #expected: Expected[] = [];
  #darkAtS = 0;

  /** Takes a slot for each geofence. `boots`: how often the tag had started when it was last heard, if known. */
  constructor(parts: TagReplayParts, settingsSince: number, geofences: Geofences, boots: number | undefined) {
    this.#parts = parts;
    this.#settingsSince = settingsSince;
    this.#boots = boots;
    const fences: ComparedFence[] = [];
    for (let index = 0; index < geofences.count; index++)
      fences.push(new ComparedFence(geofences.ref(index), parts.slots.take()));
    this.fences = fences;
  }

  get boots(): number | undefined {
    return this.#boots;
  }

  /** Entries are missing before the next. */
  skipHole(): void {
    this.#areBootsOld = true;
    this.#beginAnew();
  }

  /** Gives the slots back. */
  close(): void {
    for (const fence of this.fences) {
      this.#differs(fence.settle());
      this.#parts.slots.give(fence.slot);
    }
  }

  /** The next entry. `sinceOf` gives the version from which on a version's geofences are the same. */
  take(entry: NumberedEntry, geofences: Geofences, sinceOf: (version: number) => number | undefined): void {
    if (entry.kind === "transition") return this.#compare(entry, geofences, sinceOf(entry.settingsVersion));
    const start = entry.kind === "health" ? this.#startOf(entry) : "none";
    if (start === "here") return this.#restart();
    // The fixes before are kept: a decision that names one of them as its evidence proves that no start lies between.
    if (start === "here-or-before") return this.#beginAnew(this.#recent);
    this.#missExpected();
    if (entry.kind === "no-sky") this.#darkAtS = entry.at;
    if (entry.kind !== "fix") return;
    this.#decide({ ...entry, ...motionOf(entry), darkAtS: this.#darkAtS }, geofences);
    this.#darkAtS = 0;
  }

  #startOf({ boots }: HealthEntry): Start {
    const before = this.#boots;
    const isOld = this.#areBootsOld;
    this.#boots = boots;
    this.#areBootsOld = false;
    if (before === boots) return "none";
    return isOld ? "here-or-before" : "here";
  }

  /** A cut between a fix and its transition takes the transition away. */
  #restart(): void {
    this.#expected = [];
    this.#recent = [];
    this.#darkAtS = 0;
    for (const fence of this.fences) {
      this.#differs(fence.settle());
      // The last known side that the tag finds in its journal is the prior; only its next transition says it.
      if (this.#isProven) this.#converge(fence);
      else fence.phase = "waiting";
      fence.isEvidenceUnknown = false;
    }
  }

  #beginAnew(recent: NumberedFix[] = []): void {
    this.#expected = [];
    this.#recent = recent;
    this.#darkAtS = 0;
    for (const fence of this.fences) {
      this.#differs(fence.settle());
      if (this.#isProven) this.#converge(fence);
      else fence.phase = "waiting";
    }
  }

  #converge(fence: ComparedFence): void {
    this.#parts.slots.sides.forgetOne(fence.slot);
    fence.converge();
  }

  #decide(fix: NumberedFix, geofences: Geofences): void {
    for (const [index, fence] of this.fences.entries())
      if (fence.phase !== "waiting") this.#decideOne(fence, index, fix, geofences);
    if (this.fences.every(({ phase }) => phase === "known")) this.#recent = [];
    else if (this.#recent.push(fix) > RECENT_FIXES) this.#recent.shift();
  }

  #decideOne(fence: ComparedFence, index: number, fix: NumberedFix, geofences: Geofences): void {
    const expected = this.#decided(fence, index, fix, geofences);
    if (fence.phase === "converging") return fence.converged(fix.at, this.#isSure(fence));
    this.#differs(fence.passed());
    if (expected !== undefined) this.#expected.push(expected);
  }

  /** As decideOne in device/core/tag.ts. */
  #decided(
    fence: ComparedFence,
    index: number,
    fix: NumberedFix,
    geofences: Geofences,
  ): Expected | undefined {
    const { sides } = this.#parts.slots;
    const { slot } = fence;
    const from = sides.side(slot);
    const distanceCm = geofences.distanceCm(index, fix.latE7, fix.lonE7, EXACT_WITHIN_CM);
    const to = decide(sides, slot, distanceCm, geofences.depthCm(index), fix, fix.number, fix.darkAtS);
    if (to === undefined) return undefined;
    return { fence, from, to, at: fix.at, evidenceFrom: sides.evidenceFrom(slot) };
  }

  #isSure({ slot }: ComparedFence): boolean {
    return isCertain(this.#parts.slots.sides, slot);
  }

  /** The entry after the fix is not the transition that it gives. */
  #missExpected(): void {
    for (const { fence, to } of this.#expected) this.#differs(fence.alone("missing-in-tag", to));
    this.#expected = [];
  }

  #compare(
    transition: NumberedEntry & TransitionEntry,
    geofences: Geofences,
    since: number | undefined,
  ): void {
    if (since !== this.#settingsSince) return this.#unprove();
    const index = this.fences.findIndex(({ ref }) => ref === transition.geofence);
    const fence = this.fences[index];
    if (fence === undefined) return this.#incomparable("other-settings");
    const wasProven = this.#isProven;
    this.#isProven = true;
    if (transition.to === "unknown") this.#fade(fence);
    else if (fence.phase === "known") this.#compareKnown(fence, transition);
    else if (!this.#beginWith(fence, index, transition, geofences))
      this.#incomparable(wasProven ? "start-unknown" : "settings-unproven");
    this.#parts.slots.sides.recall(fence.slot, knownAfter(transition));
    for (const other of this.fences) if (other.phase === "waiting") this.#converge(other);
  }

  /** The tag ran other settings, so nothing is known of the state under ours. */
  #unprove(): void {
    this.#incomparable("other-settings");
    this.#isProven = false;
    this.#beginAnew();
  }

  /** Only the tag knows how long the cat rested, so it is believed; what it believes of this geofence begins anew. */
  #fade(fence: ComparedFence): void {
    const { sides } = this.#parts.slots;
    if (fence.phase === "known") {
      expire(sides, fence.slot, Infinity);
    } else {
      sides.forgetOne(fence.slot);
      fence.isEvidenceUnknown = true;
    }
    fence.phase = "known";
    this.#incomparable("faded");
  }

  #compareKnown(fence: ComparedFence, transition: TransitionEntry): void {
    const expected = this.#expected.find((one) => one.fence === fence);
    this.#expected = this.#expected.filter((one) => one !== expected);
    if (expected === undefined) return this.#differs(fence.alone("missing-in-ours", transition.to));
    const how = differenceOf(expected, transition, fence.isEvidenceUnknown);
    fence.isEvidenceUnknown = false;
    if (how === undefined) this.#parts.verdict({ kind: "agree" });
    else this.#differs(how);
  }

  /** Decides from the fix on with which the tag says that it began, if that is still here. */
  #beginWith(
    fence: ComparedFence,
    index: number,
    transition: TransitionEntry,
    geofences: Geofences,
  ): boolean {
    const first = this.#recent.findIndex(({ number }) => number === transition.evidenceFrom);
    if (transition.from !== "unknown" || first < 0) return false;
    this.#parts.slots.sides.forgetOne(fence.slot);
    this.#parts.slots.sides.recall(fence.slot, transition.lastKnown ?? null);
    const gives = this.#recent.slice(first).map((fix) => this.#decided(fence, index, fix, geofences));
    fence.phase = "known";
    const before = gives.slice(0, -1).find((expected) => expected !== undefined);
    if (before !== undefined) this.#differs(fence.alone("missing-in-tag", before.to));
    this.#expected.push(...gives.slice(-1).filter((expected) => expected !== undefined));
    this.#compareKnown(fence, transition);
    return true;
  }

  #differs(how: Difference | undefined): void {
    if (how !== undefined) this.#parts.verdict({ kind: "differ", how });
  }

  #incomparable(why: Incomparable): void {
    this.#parts.verdict({ kind: "not-comparable", why });
  }
}

/** Speed and course as the tag's decision has them. */
function motionOf({ speedCmS = -1, courseDeg10 = -1 }: FixEntry): Pick<SeenFix, "speedCmS" | "courseDeg10"> {
  return { speedCmS: courseDeg10 < 0 ? -1 : speedCmS, courseDeg10 };
}

/** The last side that the tag knows after the transition. */
function knownAfter({ from, to, lastKnown }: TransitionEntry): LastKnown {
  if (to !== "unknown") return to;
  return from === "unknown" ? (lastKnown ?? null) : from;
}

function differenceOf(
  expected: Expected,
  { from, to, at, evidenceFrom }: TransitionEntry,
  isEvidenceUnknown: boolean,
): Difference | undefined {
  if (expected.from !== from || expected.to !== to) return "other-side";
  if (expected.at !== at) return "other-time";
  return isEvidenceUnknown || expected.evidenceFrom === evidenceFrom ? undefined : "other-evidence";
}
