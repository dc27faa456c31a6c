import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "@purrimeter/service/log";
import { systemTime } from "@purrimeter/service/system-time";
import { describeSilentConnectionContract } from "@purrimeter/service/testing/silent-connection-contract";
import { openGateway } from "./ble-gateway.ts";
import { nodeCipher } from "./node-cipher.ts";
import { listenForLinks } from "./socket-links.ts";

describeSilentConnectionContract("the socket of the BLE gateway", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gateway-"));
  const path = join(folder, "links");
  const log = createLog("test", { write: () => undefined });
  const makeUplink = (): never => {
    throw new Error("no tag here");
  };
  const gateway = openGateway({ pairings: [], cipher: nodeCipher, makeUplink, log, time: systemTime });
  const server = await listenForLinks({ path }, gateway.accept, systemTime, 300);
  return {
    address: { path },
    close: async () => {
      gateway.close();
      const closed = once(server, "close");
      server.close();
      await closed;
      rmSync(folder, { recursive: true });
    },
  };
});
