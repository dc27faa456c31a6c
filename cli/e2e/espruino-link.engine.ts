import { systemTime } from "@purrimeter/service/system-time";
import { nmea } from "@purrimeter/device/testing/tag-rig";
import { pretokenise } from "@purrimeter/device/pretokenise";
import { transpileForEspruino } from "@purrimeter/device/transpile";
import { linuxWatchScript } from "@purrimeter/device/testing/linux-watch";
import { until } from "@purrimeter/device/testing/until";
import { openGateway } from "@purrimeter/ble-gateway/ble-gateway";
import { nodeCipher } from "@purrimeter/ble-gateway/node-cipher";
import type { TagUplink } from "@purrimeter/ble-gateway/paired-tag";
import { newPairing, pairingText } from "@purrimeter/ble-gateway/pairing";
import { listenForLinks } from "@purrimeter/ble-gateway/socket-links";
import { encodeAck } from "@purrimeter/protocol/ack";
import { encodeCommand } from "@purrimeter/protocol/command";
import { decodeReport } from "@purrimeter/protocol/report";
import { topicOf } from "@purrimeter/protocol/topics";
import { asTagId, type TagId } from "@purrimeter/protocol/values";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "vitest";

const TOM = asTagId("tom") as TagId;
const ENTRY = import.meta.resolve("@purrimeter/device/bangle");
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const program = process.env["ESPRUINO"];

it.skipIf(program === undefined)("the watch's program on Espruino reports through a gateway", async () => {
  const folder = mkdtempSync(join(tmpdir(), "espruino-link-"));
  const pairing = newPairing(TOM);
  const kinds: string[] = [];
  const gateway = openGateway({
    pairings: [pairing],
    cipher: nodeCipher,
    log: SILENT,
    time: systemTime,
    makeUplink: (tag, _firmware, listener): TagUplink => ({
      connect: () => void setTimeout(() => listener.up(), 10),
      disconnect: () => undefined,
      close: () => undefined,
      publish: (topic, bytes) => {
        if (topic !== topicOf(tag, "report")) return true;
        const report = decodeReport(bytes);
        if (!report.ok) throw new Error(report.error.reason);
        const { epoch, first, entries } = report.value;
        const ack = { kind: "stored" as const, epoch, through: first + entries.length - 1 };
        listener.message(topicOf(tag, "ack"), encodeAck(ack));
        const isFirst = kinds.length === 0;
        kinds.push(...entries.map(({ kind }) => kind));
        // Live mode: fixes come at once, and in the next report.
        const live = encodeCommand({ id: 1, action: "live", seconds: 60, expiresAt: systemTime.utcS() + 60 });
        if (isFirst) listener.message(topicOf(tag, "command"), live);
        return true;
      },
    }),
  });
  const server = await listenForLinks({ host: "127.0.0.1", port: 0 }, gateway.accept, systemTime);
  const beganS = systemTime.utcS() - 3_600;
  const { code } = await transpileForEspruino(new URL(ENTRY), { names: [], builtAtS: beganS - 86_400 });
  writeFileSync(join(folder, "bangle.min.js"), code);
  pretokenise(join(folder, "bangle.min.js"), join(folder, "bangle.js"));
  const script = linuxWatchScript({
    program: join(folder, "bangle.js"),
    link: pairingText(pairing),
    seconds: Array.from({ length: 100 }, (_, i) =>
      Buffer.from(nmea(beganS + i, 60.5, 7.5 + i * 1e-5))
        .toString("latin1")
        .trim()
        .split("\r\n"),
    ),
    port: (server.address() as AddressInfo).port,
  });
  writeFileSync(join(folder, "watch.js"), script);
  const child = spawn(program ?? "", [join(folder, "watch.js")], { cwd: folder, stdio: "ignore" });
  try {
    // The second comes at once in live mode only.
    await until("two fixes", () => kinds.filter((kind) => kind === "fix").length >= 2);
  } finally {
    child.kill("SIGKILL");
    gateway.close();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  }
});
