import { errorCode, type Log } from "@purrimeter/service/log";
import type { Cancel, Time } from "@purrimeter/service/time";
import type { DataFiles } from "../data-folder/data-files.ts";
import { certifyServices } from "../data-folder/certify-services.ts";
import { recordInFolder } from "../data-folder/record-act.ts";
import type { CertifiedService } from "../data-folder/secret-holder.ts";
import { isFailure } from "../terminal/failure.ts";
import { utcDate } from "../terminal/utc.ts";

/** A certificate is renewed 30 days before its end: a few times a day is often enough, and soon after a doubt of the clock. */
const LOOK_MS = 6 * 3_600_000;

/** What renews certificates while services run. */
export interface RenewCertificatesOptions {
  readonly files: DataFiles;
  readonly services: readonly CertifiedService[];
  readonly hosts: readonly string[];
  readonly isClockTrusted: () => boolean;
  readonly time: Time;
  readonly log: Log;
  /** Ends a service in order and starts it again, so that it reads its new certificate. */
  readonly restart: (service: string) => Promise<void>;
}

/** Renews the services' certificates by the rule of a start, while the clock is trusted, until it is cancelled. */
export function renewCertificates(options: RenewCertificatesOptions): Cancel {
  return options.time.every(LOOK_MS, () => void renewOnce(options), { background: true });
}

/** Never rejects: what failed is logged, and tried again. */
async function renewOnce(options: RenewCertificatesOptions): Promise<void> {
  const { files, services, hosts, isClockTrusted, time, log, restart } = options;
  try {
    if (!isClockTrusted()) return;
    const renewed = await certifyServices(files, services, { now: utcDate(time), hosts });
    if (isFailure(renewed))
      return log.error("certificates were not renewed", { event: "certificates.fault" });
    for (const service of renewed) {
      log.info("certificate renewed", { event: "certificate.renewed", process: service });
      const recorded = await recordInFolder(files, time, "certificate.renewed", `service ${service}`);
      if (isFailure(recorded)) log.error("it is not in the audit trail", { event: "audit.unwritten" });
      await restart(service);
    }
  } catch (error) {
    log.error("certificates were not renewed", { event: "certificates.fault", code: errorCode(error) });
  }
}
