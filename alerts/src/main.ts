import { openSecrets } from "@purrimeter/secrets/open-secrets";
import { runService } from "@purrimeter/service/run-service";
import { configSchema } from "./config.ts";
import { startAlerts } from "./start-alerts.ts";

await runService({
  name: "alerts",
  schema: configSchema,
  openSecrets,
  start: startAlerts,
});
