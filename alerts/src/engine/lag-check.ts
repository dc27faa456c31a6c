import type { ReadinessCheck } from "@purrimeter/service/readiness";
import type { Engine } from "./engine.ts";

/** What is due is begun within milliseconds. After so long somebody is not told who should be. */
const MAX_LAG_MS = 60_000;

/** Whether what is due is done. Timers wait on purpose while the clock is doubted, which has a check of its own. */
export function lagCheck(engine: Pick<Engine, "lagMs">, isClockTrusted: () => boolean): ReadinessCheck {
  return {
    name: "alerts",
    check: async () => {
      const lagMs = await engine.lagMs();
      const isWell = lagMs <= MAX_LAG_MS || !isClockTrusted();
      return { ok: isWell, detail: `what is due longest has been due for ${Math.round(lagMs / 1_000)} s` };
    },
  };
}
