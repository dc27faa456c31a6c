import type { Command, GeofenceSetting, Settings } from "@purrimeter/protocol/messages";
import type { GeofenceRef, LatE7, LonE7, UnixSeconds } from "@purrimeter/protocol/values";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TagEvent } from "./tag-event.ts";
import { TagState } from "./tag-state.ts";
import { nextTickMs, step } from "./tag.ts";

const zone: GeofenceSetting = {
  kind: "circle",
  ref: 7 as GeofenceRef,
  latE7: 0 as LatE7,
  lonE7: 0 as LonE7,
  radiusCm: 5_000,
};
const settings: Settings = { version: 1, fixIntervalS: 60, reportIntervalS: 600, geofences: [zone] };

const NOON_S = 1_795_262_400;

function newState(): TagState {
  const state = new TagState();
  state.geofences.prepare(settings.geofences);
  return state;
}

/** What the last step left to do, as text. */
function kindsOf(state: TagState): string[] {
  return Array.from({ length: state.effects.count }, (_, i) => state.effects.at(i).kind);
}

function effectsOf(state: TagState): string[] {
  return Array.from({ length: state.effects.count }, (_, i) => JSON.stringify(state.effects.at(i)));
}

const command = fc.record<Command>({
  id: fc.integer({ min: 1, max: 5 }),
  action: fc.constantFrom("live", "buzz", "light"),
  seconds: fc.integer({ min: 1, max: 600 }),
  expiresAt: fc.constantFrom(0, NOON_S + 1e6),
});

/** Events as they come, but for their time. */
const happening = fc.oneof(
  fc.record({ kind: fc.constant("fix" as const), latE7: fc.integer({ min: -20_000, max: 20_000 }) }),
  fc.record({ kind: fc.constant("tick" as const) }),
  fc.record({ kind: fc.constantFrom("moved" as const, "home" as const) }),
  fc.record({ kind: fc.constant("satellites" as const), areReceived: fc.boolean() }),
  fc.record({ kind: fc.constant("settings" as const) }),
  fc.record({ kind: fc.constant("command" as const), command }),
);

type Happening = (typeof happening extends fc.Arbitrary<infer T> ? T : never) & { afterMs: number };

function eventOf(one: Happening, nowMs: number, number: number): TagEvent {
  const utcS = NOON_S + Math.floor(nowMs / 1_000);
  const time = { nowMs, utcS };
  switch (one.kind) {
    case "fix": {
      const place = {
        latE7: one.latE7 as LatE7,
        lonE7: 0 as LonE7,
        accuracyDm: 50,
        speedCmS: -1,
        courseDeg10: -1,
      };
      return { kind: "fix", ...time, number, fix: { at: utcS as UnixSeconds, ...place } };
    }
    case "tick":
      return { kind: "tick", ...time, number };
    case "satellites":
      return { kind: "satellites", ...time, areReceived: one.areReceived };
    case "settings":
      return { kind: "settings", ...time, settings };
    case "command":
      return { kind: "command", ...time, command: one.command };
    case "home":
    case "moved":
      return { kind: one.kind, ...time };
  }
}

const lives = fc.array(
  fc.tuple(happening, fc.nat(200_000)).map(([one, afterMs]): Happening => ({ ...one, afterMs })),
  { maxLength: 120 },
);

function live(state: TagState, life: readonly Happening[], check: (nowMs: number) => void): string[] {
  let nowMs = 0;
  const effects: string[] = [];
  for (const [i, one] of life.entries()) {
    nowMs += one.afterMs;
    step(state, eventOf(one, nowMs, i + 1));
    effects.push(...effectsOf(state));
    check(nowMs);
  }
  return effects;
}

describe("step", () => {
  it("does the same for the same events", () => {
    fc.assert(
      fc.property(lives, (life) => {
        const nothing = (): void => undefined;
        expect(live(newState(), life, nothing)).toEqual(live(newState(), life, nothing));
      }),
    );
  });

  it("starts and stops the receiver in turn, and never waits for ever with it on", () => {
    fc.assert(
      fc.property(lives, (life) => {
        const state = newState();
        let isOn = false;
        live(state, life, (nowMs) => {
          for (let i = 0; i < state.effects.count; i++) {
            const { kind } = state.effects.at(i);
            if (kind !== "gnss-start" && kind !== "gnss-stop") continue;
            expect(kind).toBe(isOn ? "gnss-stop" : "gnss-start");
            isOn = !isOn;
          }
          expect(state.isSearching).toBe(isOn);
          if (isOn) expect(nextTickMs(state)).toBeLessThanOrEqual(nowMs + 120_000);
        });
      }),
    );
  });

  it("wants a tick again after every event, for the battery's sake at least", () => {
    fc.assert(
      fc.property(lives, (life) => {
        const state = newState();
        live(state, life, (nowMs) => expect(nextTickMs(state)).toBeLessThanOrEqual(nowMs + 6 * 3_600_000));
      }),
    );
  });

  it("buzzes once for one id, however often it comes", () => {
    const state = newState();
    const buzz: Command = { id: 4, action: "buzz", seconds: 9, expiresAt: NOON_S };
    step(state, { kind: "command", nowMs: 0, utcS: NOON_S, command: buzz });
    expect(kindsOf(state)).toEqual(["buzz", "append-answer"]);
    step(state, { kind: "command", nowMs: 0, utcS: NOON_S, command: buzz });
    expect(effectsOf(state)).toHaveLength(0);
    step(state, { kind: "command", nowMs: 0, utcS: NOON_S + 1, command: { ...buzz, id: 5 } });
    expect(kindsOf(state)).toEqual(["append-answer"]);
    expect(state.effects.at(0)).toMatchObject({ command: 5, outcome: "expired" });
  });
});
