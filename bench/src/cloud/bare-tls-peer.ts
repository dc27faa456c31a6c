import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { generate, parser } from "mqtt-packet";

// What the bridge is compared with: TLS, MQTT parsed, an answer, and nothing else. It stores nothing, checks no
// rule and knows no tag. A process of its own; its files come as arguments: certificate, key, client authority.
const [certificate = "", key = "", authority = ""] = process.argv.slice(2);

const CONNACK = generate({ cmd: "connack", returnCode: 0, sessionPresent: false });

const server = createServer(
  {
    cert: readFileSync(certificate),
    key: readFileSync(key),
    ca: readFileSync(authority),
    minVersion: "TLSv1.3",
    requestCert: true,
    rejectUnauthorized: true,
    noDelay: true,
  },
  (socket) => {
    const packets = parser();
    packets.on("packet", (packet) => {
      const { cmd, messageId = 0 } = packet;
      if (cmd === "connect") socket.write(CONNACK);
      else if (cmd === "publish") socket.write(generate({ cmd: "puback", messageId }));
      else if (cmd === "subscribe") socket.write(generate({ cmd: "suback", messageId, granted: [1] }));
    });
    socket.on("data", (bytes: Buffer) => packets.parse(bytes));
    socket.on("error", () => socket.destroy());
  },
);

server.listen(0, "127.0.0.1", () =>
  process.send?.({ type: "ready", port: (server.address() as AddressInfo).port }),
);
