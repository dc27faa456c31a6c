import { openSecrets } from "@purrimeter/secrets/open-secrets";
import { runService } from "@purrimeter/service/run-service";
import { configSchema } from "./config.ts";
import { startCloudApi } from "./start-cloud-api.ts";

await runService({ name: "cloud-api", schema: configSchema, openSecrets, start: startCloudApi });
