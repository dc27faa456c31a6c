import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { z } from "zod";
import { portSchema, SERVICE_CONFIG } from "../run/config-schemas.ts";
import { runService } from "../run/run-service.ts";

// A service that does nothing but listen, run as a process of its own by the tests of runService.
const schema = z.strictObject({
  ...SERVICE_CONFIG,
  port: portSchema,
  hangs: z.boolean().default(false),
  failsToStop: z.boolean().default(false),
  stopDeadlineMs: z.int().optional(),
});

await runService({
  name: "example",
  schema,
  openSecrets: ({ process: name, config, credentials }) => {
    if (config === "broken") return Promise.reject(new Error("the secret tls-key.pem\nis missing"));
    process.send?.({ type: "secrets", name, config, credentials });
    return Promise.resolve({ close: () => Promise.resolve(void process.send?.({ type: "closed" })) });
  },
  stopDeadlineMs: ({ stopDeadlineMs }) => stopDeadlineMs,
  start: async ({ config, log }) => {
    const server = createServer().listen(config.port, "127.0.0.1");
    await once(server, "listening");
    let reloads = 0;
    return {
      ready: { port: (server.address() as AddressInfo).port, otherPort: undefined },
      reload: () => {
        reloads += 1;
        if (reloads === 1) return Promise.reject(Object.assign(new Error("x"), { code: "ENOENT" }));
        log.info("read again", { count: reloads });
        return Promise.resolve();
      },
      stop: async (graceMs) => {
        process.send?.({ type: "stopping", graceMs });
        if (config.failsToStop) throw new Error("cannot stop");
        if (config.hangs) await new Promise(() => undefined);
        server.close();
      },
    };
  },
});
