import { nmea, TAG } from "../core/testing/tag-rig.ts";
import { pretokenise } from "../boards/espruino/build/pretokenise.ts";
import { transpileForEspruino } from "../boards/espruino/build/transpile.ts";
import { linuxEsp32Script } from "../boards/t-sim7080g-espruino/testing/linux-esp32.ts";
import { SimulatedModem } from "../drivers/sim7080g/testing/simulated-modem.ts";
import { TestAuthority, TestBroker } from "../boards/node/testing/test-broker.ts";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

const program = process.env["ESPRUINO"];

/** An ESP32 has 16,383 at most. Here the code is in memory too; on the board it is in flash. */
const MAX_VARIABLES = 13_500;

const LIMIT_MS = 120_000;

/** The modem at the other end of a line of bytes. */
async function modemOnSocket(modem: SimulatedModem): Promise<Server> {
  const server = createServer((socket) => {
    modem.receiver = (bytes) => void socket.write(bytes);
    socket.on("data", (bytes) => {
      // Its sleep pin and its power key are not on this line.
      modem.sleep(false);
      modem.write(bytes);
    });
    socket.on("error", () => undefined);
    modem.boot();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

it.skipIf(program === undefined)("the board's program on Espruino reports through a modem", async () => {
  const folder = mkdtempSync(join(tmpdir(), "espruino-board-"));
  const authority = new TestAuthority("test");
  const versions = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } as const;
  const server = authority.issue("bridge", "serverAuth");
  const broker = await TestBroker.listen({ ...server, ca: authority.certificate, ...versions });
  const modem = new SimulatedModem({ port: broker.port, secondMs: 100 });
  const line = await modemOnSocket(modem);
  const beganS = Math.floor(Date.now() / 1_000) - 3_600;
  const { code } = await transpileForEspruino(
    new URL("../boards/t-sim7080g-espruino/esp32s3.ts", import.meta.url),
    { names: [], builtAtS: beganS - 86_400 },
  );
  writeFileSync(join(folder, "esp32s3.min.js"), code);
  pretokenise(join(folder, "esp32s3.min.js"), join(folder, "esp32s3.js"));
  const { key, cert } = authority.issue(TAG, "clientAuth");
  const script = linuxEsp32Script({
    program: join(folder, "esp32s3.js"),
    files: {
      "board.json": JSON.stringify({ tag: TAG, host: "localhost", port: broker.port, apn: "iot.example" }),
      "authority.pem": authority.certificate,
      "tag.pem": cert,
      "key.pem": key,
    },
    seconds: Array.from({ length: 100 }, (_, i) =>
      Buffer.from(nmea(beganS + i, 60.5, 7.5 + i * 1e-5)).toString("latin1"),
    ),
    port: (line.address() as AddressInfo).port,
  });
  writeFileSync(join(folder, "board.js"), script);
  const child = spawn(program ?? "", [join(folder, "board.js")], {
    cwd: folder,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let said = "";
  child.stdout.setEncoding("latin1").on("data", (text: string) => (said += text));
  const reported = (): string[] => broker.entryKinds(TAG);
  try {
    await expect.poll(reported, { timeout: LIMIT_MS }).toContain("fix");
    expect(reported()).not.toContain("unreadable");
    const variables = [...said.matchAll(/variables (\d+)/g)].map(([, count]) => Number(count));
    process.stdout.write(
      `  Espruino: the board's program and its state take ${Math.max(...variables)} variables\n`,
    );
    expect(Math.max(...variables)).toBeLessThan(MAX_VARIABLES);
    expect(said).not.toContain("uncaught");
  } finally {
    child.kill("SIGKILL");
    modem.dispose();
    await new Promise((resolve) => line.close(resolve));
    await broker.close();
    authority.dispose();
    rmSync(folder, { recursive: true });
  }
});
