import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { parseArgs } from "node:util";

/** Configuration of a small service for tests. It listens with its own certificate and sends each client what it was given. */
interface TinyConfig {
  readonly host: string;
  readonly port: number;
  readonly certificate: string;
  readonly authPort: number;
}

const { values } = parseArgs({ options: { config: { type: "string" } } });
const config = JSON.parse(readFileSync(values.config ?? "", "utf8")) as TinyConfig;
const secret = (name: string): string =>
  readFileSync(join(process.env["CREDENTIALS_DIRECTORY"] ?? "", name), "utf8").trim();

const server = createServer(
  { cert: readFileSync(config.certificate), key: secret("tls-key.pem"), minVersion: "TLSv1.3" },
  (socket) => {
    const { authPort } = config;
    socket.end(JSON.stringify({ authPort, own: secret("tiny-key"), shared: secret("database-key") }));
  },
);
server.listen(config.port, config.host, () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ type: "ready", port });
});
process.once("SIGTERM", () => {
  server.close();
  if (process.connected) process.disconnect();
});
