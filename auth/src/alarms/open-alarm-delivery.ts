import { newestCheckpoint } from "@purrimeter/audit/checkpoint-file";
import type { Secrets } from "@purrimeter/secrets/open-secrets";
import type { Alarms } from "@purrimeter/service/alarm-engine";
import type { Log } from "@purrimeter/service/log";
import type { Time } from "@purrimeter/service/time";
import type { MailAddress } from "@purrimeter/auth-api/mail-address";
import type { AuthService } from "../auth-service.ts";
import type { Config } from "../config.ts";
import { AlarmDelivery } from "./alarm-delivery.ts";
import { AlarmSpool } from "./alarm-spool.ts";
import { watchBackup } from "./watch-backup.ts";
import { Webhook, webhookKey } from "./webhook.ts";

interface Parts {
  readonly config: Pick<Config, "alarmSpool" | "alarms">;
  readonly secrets: Pick<Secrets, "read">;
  readonly service: Pick<AuthService, "accounts" | "audit" | "mailQueue" | "trail">;
  readonly alarms: Alarms;
  readonly isClockTrusted: () => boolean;
  readonly log: Log;
  readonly time: Time;
}

/** What runs until it is closed; before the mail queue and the trail. */
export interface OpenAlarmDelivery {
  close(): Promise<void>;
}

/** Begins to tell operators of alarms, as the configuration says. Throws when the webhook or its secret cannot be used. */
export function openAlarmDelivery(parts: Parts): OpenAlarmDelivery {
  const { config, service, time, log, isClockTrusted } = parts;
  const { alarmSpool, alarms: told } = config;
  if (alarmSpool === undefined || told === undefined) return { close: () => Promise.resolve() };
  const webhook = openWebhook(parts);
  const verifying = service.trail.auditKeys.verifying;
  const delivery = new AlarmDelivery({
    ...{ accounts: service.accounts, audit: service.audit, mailQueue: service.mailQueue },
    ...{ webhook, log, time, isClockTrusted, digest: told.digest },
    spool: new AlarmSpool(alarmSpool),
    mailTo: told.mailTo as MailAddress[],
    checkpoints: () => told.checkpoints.flatMap((path) => newestCheckpoint(path, verifying)?.note ?? []),
  });
  const cancelBackup = told.backup && watchBackup({ ...parts, ...told.backup });
  return {
    close: async () => {
      cancelBackup?.();
      await delivery.close();
      await webhook?.close();
    },
  };
}

function openWebhook({ config, secrets, log, time }: Parts): Webhook | undefined {
  const webhook = config.alarms?.webhook;
  if (webhook === undefined) return undefined;
  const key = webhookKey(secrets.read("webhook-secret").toString("utf8"));
  return new Webhook({ ...webhook, key, log, time });
}
