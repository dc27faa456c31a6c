import { systemTime } from "@purrimeter/service/system-time";
import { readFileSync } from "node:fs";
import { overrideSettings, type SettingOptions } from "../src/configuration/override-settings.ts";
import { defaultSettings } from "../src/configuration/read-settings.ts";
import { enterOwner } from "../src/scenarios/enter-owner.ts";
import { newCredentials } from "../src/scenarios/demo-account.ts";
import { isFailure } from "../src/terminal/failure.ts";
import { OwnerApi, type Credentials } from "../src/scenarios/owner-api.ts";
import { SERVICE_NAMES } from "../src/services/service-registry.ts";
import { startServices, type RunningServices, type StartOptions } from "../src/supervisor/start-services.ts";

/** Starts all services on a new data folder, silently, and logs in an owner who has nothing yet. */
export async function servicesWithOwner(
  data: string,
  options: SettingOptions = {},
  more: Partial<StartOptions> = {},
): Promise<{
  readonly services: RunningServices;
  readonly owner: OwnerApi;
  readonly credentials: Credentials;
}> {
  const services = await startServices({
    data,
    settings: overrideSettings(defaultSettings(SERVICE_NAMES), { port: 0, mqttPort: 0, ...options }),
    time: systemTime,
    writeLine: () => () => undefined,
    onRestart: () => undefined,
    rootKey: "discard",
    ...more,
  });
  if (isFailure(services)) throw new Error(services.failure);
  const authority = readFileSync(services.files.authority.root, "utf8");
  const owner = new OwnerApi(`https://localhost:${services.portOf("cloud-api")}`, authority, systemTime);
  const credentials = newCredentials();
  try {
    const entered = await enterOwner(owner, services.files, { credentials, isNew: true }, systemTime);
    if (isFailure(entered)) throw new Error(entered.failure);
  } catch (error) {
    await services.stop();
    throw error;
  }
  return { services, owner, credentials };
}
