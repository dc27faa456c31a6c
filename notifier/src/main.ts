import { openSource } from "@purrimeter/secrets/open-source";
import { runService } from "@purrimeter/service/run-service";
import { configSchema } from "./config.ts";
import { startNotifier } from "./start-notifier.ts";

await runService({ name: "notifier", schema: configSchema, openSecrets: openSource, start: startNotifier });
