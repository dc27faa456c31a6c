import { decide, Sides } from "@purrimeter/device/decide-side";

/**
 * Takes one fix (signed distance to the edge in metres, claimed accuracy in metres, when a search since the fix before
 * found nothing, 0 for never) and says whether the cat is out.
 */
export type Rule = (signedM: number, accuracyM: number, at: number, darkAt: number) => boolean;

/** A rule by name, with the parameter that moves it along its curve. */
export interface RuleFamily {
  readonly name: string;
  readonly parameters: readonly number[];
  /** The parameter of the figures; of peers, what they come with. */
  readonly usual: number;
  readonly make: (parameter: number) => Rule;
}

const MOST_HURRIES = 6;

/** Outside as soon as a fix is `bufferM` beyond the edge, inside as soon as one is not: Traccar, OwnTracks, ThingsBoard. */
function naive(bufferM: number): Rule {
  return (signedM) => signedM > bufferM;
}

/** Changes side only when the fix is farther beyond the edge than so many claimed errors. */
function accuracyGate(errors: number): Rule {
  let outside = false;
  return (signedM, accuracyM) => {
    if (signedM > errors * accuracyM) outside = true;
    else if (signedM < -errors * accuracyM) outside = false;
    return outside;
  };
}

/** Changes side when so many fixes in a row say so. */
function inARow(fixes: number): Rule {
  let outside = false;
  let run = 0;
  return (signedM) => {
    run = signedM > 0 === outside ? 0 : run + 1;
    if (run >= fixes) {
      outside = !outside;
      run = 0;
    }
    return outside;
  };
}

/** The tag's own decision, with this accepted chance that an exit is none. */
function ours(wrongOutside: number): Rule {
  const state = new Sides(1, wrongOutside);
  let number = 0;
  return (signedM, accuracyM, at, darkAt) => {
    decide(state, 0, Math.round(signedM * 100), Math.round(accuracyM * 10), at, ++number, darkAt);
    return state.side(0) === "outside";
  };
}

/**
 * The rule where the tag looks every `intervalS` and, when a fix contradicts the side that it holds, again as soon as
 * the next fix comes, up to six times. It is fed with every fix there is and passes on those that the tag would take.
 */
export function paced(rule: Rule, intervalS: number): Rule {
  let outside = false;
  let dueAt = 0;
  let hurries = 0;
  return (signedM, accuracyM, at, darkAt) => {
    if (at < dueAt) return outside;
    outside = rule(signedM, accuracyM, at, darkAt);
    const isDoubtful = signedM > 0 !== outside && hurries < MOST_HURRIES;
    hurries = isDoubtful ? hurries + 1 : signedM > 0 === outside ? 0 : hurries;
    dueAt = isDoubtful ? at : at + intervalS;
    return outside;
  };
}

/** The rule with a fix every `intervalS`, of those that come. */
export function regular(rule: Rule, intervalS: number): Rule {
  let outside = false;
  let dueAt = 0;
  return (signedM, accuracyM, at, darkAt) => {
    if (at < dueAt) return outside;
    dueAt = at + intervalS;
    outside = rule(signedM, accuracyM, at, darkAt);
    return outside;
  };
}

export const RULES: readonly RuleFamily[] = [
  { name: "naive", parameters: [0, 10, 20, 30, 45, 60, 80], usual: 0, make: naive },
  { name: "accuracy gate", parameters: [0.5, 1, 2, 3, 5, 8, 12], usual: 1, make: accuracyGate },
  { name: "two in a row", parameters: [1, 2, 3, 4, 5, 6, 8], usual: 2, make: inARow },
  {
    name: "sequential",
    parameters: [0.3, 0.1, 0.05, 0.022, 0.01, 0.005, 0.002, 0.0005],
    usual: 0.022,
    make: ours,
  },
];
