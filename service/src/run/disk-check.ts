import { statfs } from "node:fs/promises";
import type { ReadinessCheck } from "../metrics/readiness.ts";

const MIB = 1_048_576;

/** The store refuses reports below 32 MiB: said in time for somebody to make room. */
const MIN_FREE_MIB = 64;

/** Whether the file system of that folder has room. */
export function diskCheck(folder: string, minFreeMib = MIN_FREE_MIB): ReadinessCheck {
  return {
    name: "disk",
    check: async () => {
      const { bavail, bsize } = await statfs(folder);
      const freeMib = Math.floor((bavail * bsize) / MIB);
      const ok = freeMib >= minFreeMib;
      return { ok, detail: ok ? `${freeMib} MiB free` : `${freeMib} MiB free, needs ${minFreeMib}` };
    },
  };
}
