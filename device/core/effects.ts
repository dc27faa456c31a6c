import { MAX_GEOFENCES } from "@purrimeter/protocol/limits";
import type { AnswerOutcome } from "@purrimeter/protocol/entry";
import type { LastKnown, Side } from "@purrimeter/protocol/values";

/**
 * What the firmware has to do after a step, in this order.
 * `append-fix` and the other appends: add it to the journal; `report-now`: do not wait for the report interval;
 * `listen`: for the home beacon.
 */
export type EffectKind =
  | "append-fix"
  | "append-transition"
  | "append-no-sky"
  | "append-health"
  | "append-answer"
  | "report-now"
  | "gnss-start"
  | "gnss-stop"
  | "listen"
  | "buzz"
  | "light";

/** One effect; only the fields of its kind mean anything. */
export interface Effect {
  kind: EffectKind;
  /** UTC of the entry. */
  at: number;
  /** Of `append-no-sky`, `buzz`, `light`. 0 ends the last two. */
  seconds: number;
  /** Its place in the settings, and its ref. */
  place: number;
  geofence: number;
  from: Side;
  to: Side;
  evidenceFrom: number;
  settingsVersion: number;
  lastKnown: LastKnown;
  command: number;
  outcome: AnswerOutcome;
}

/** At one fix every geofence may change its side; the rest is for the fix, the receiver and the battery, or for commands that end. */
const CAPACITY = MAX_GEOFENCES + 8;

function emptyEffect(): Effect {
  return {
    kind: "report-now",
    at: 0,
    seconds: 0,
    place: 0,
    geofence: 0,
    from: "unknown",
    to: "unknown",
    evidenceFrom: 0,
    settingsVersion: 0,
    lastKnown: null,
    command: 0,
    outcome: "done",
  };
}

/** The list of effects, made once and filled again by every step. */
export class Effects {
  count = 0;
  private readonly items: Effect[];

  constructor() {
    this.items = [];
    for (let i = 0; i < CAPACITY; i++) this.items.push(emptyEffect());
  }

  clear(): void {
    this.count = 0;
  }

  /** Effect `index` of the last step, 0 to `count` - 1; valid until the next step. */
  at(index: number): Effect {
    return this.items[index] as Effect;
  }

  /** Adds an effect whose other fields the caller fills. */
  add(kind: EffectKind, at: number, seconds: number): Effect {
    if (this.count === CAPACITY) throw new RangeError("a step has more effects than its list");
    const effect = this.items[this.count++] as Effect;
    effect.kind = kind;
    effect.at = at;
    effect.seconds = seconds;
    return effect;
  }
}
