import type { ReadinessCheck } from "../metrics/readiness.ts";

/** Whether a database can be read. `read` rejects when it cannot. */
export function storeCheck(read: () => Promise<unknown>): ReadinessCheck {
  return {
    name: "store",
    check: async () => {
      await read();
      return { ok: true, detail: "can be read" };
    },
  };
}
