import { openSecrets } from "@purrimeter/secrets/open-secrets";
import { runService } from "@purrimeter/service/run-service";
import { configSchema } from "./config.ts";
import { startAuth } from "./start-auth.ts";

await runService({ name: "auth", schema: configSchema, openSecrets, start: startAuth });
