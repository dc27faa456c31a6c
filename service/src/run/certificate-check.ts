import { X509Certificate } from "node:crypto";
import type { Time } from "../time/time.ts";
import type { ReadinessCheck } from "../metrics/readiness.ts";

/** Whether the certificate that a process listens with is valid now. `pem`: leaf first, as the process read it. */
export function certificateCheck(pem: string | Buffer, time: Time): ReadinessCheck {
  const { validFromDate, validToDate } = new X509Certificate(pem);
  const check = () => {
    const nowMs = time.utcMs();
    if (nowMs < validFromDate.getTime())
      return { ok: false, detail: `not valid before ${validFromDate.toISOString()}` };
    const until = validToDate.toISOString();
    return nowMs > validToDate.getTime()
      ? { ok: false, detail: `expired at ${until}` }
      : { ok: true, detail: `valid until ${until}` };
  };
  return { name: "certificate", check: () => Promise.try(check) };
}
