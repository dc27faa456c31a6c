import { openSecrets } from "@purrimeter/secrets/open-secrets";
import { runService } from "@purrimeter/service/run-service";
import { bridgeConfigSchema } from "./bridge-config.ts";
import { startBridge } from "./start-bridge.ts";

/** A report takes some small buffers; V8 keeps books of every pool that they are cut from. */
const BUFFER_POOL_BYTES = 65_536;

Buffer.poolSize = BUFFER_POOL_BYTES;
await runService({
  name: "bridge",
  schema: bridgeConfigSchema,
  openSecrets,
  tellsCommits: true,
  start: startBridge,
});
