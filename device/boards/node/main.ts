import { randomInt } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { MAX_UINT32 } from "@purrimeter/protocol/values";
import { buildDateS } from "../build-date.ts";
import { FileFlash } from "./file-flash.ts";
import { MqttUplink, tagSecureContext } from "./mqtt-uplink.ts";
import { runTag, type RunningTag } from "./run-tag.ts";
import { SystemClock } from "./system-clock.ts";
import { parseTagConfig, type TagConfig } from "./tag-config.ts";

const HELP = `A tag that runs on this machine, with NMEA from a receiver.

  node device/boards/node/main.ts --config FILE.json

{"tag", "host", "port", "certificate", "key", "authority", "flash", "nmea"}: nmea is "-" for standard input, or a file or
serial device (set its speed with stty). It runs until SIGINT or SIGTERM.
`;

/** 512 KiB: two weeks of one-minute fixes without coverage. */
const FLASH_PAGE_BYTES = 4_096;
const FLASH_PAGES = 128;
const FIRMWARE = "0.1.0-node";

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function fail(line: string): never {
  say(line);
  process.exit(1);
}

function text(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return fail(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function configOf(path: string): TagConfig {
  const config = parseTagConfig(text(path));
  return typeof config === "string" ? fail(`${path}: ${config}`) : config;
}

function start(config: TagConfig): RunningTag {
  const { tag, host, port } = config;
  const secureContext = tagSecureContext(text(config.key), text(config.certificate), text(config.authority));
  const seed = randomInt(MAX_UINT32);
  const builtAtS = buildDateS(process.env["SOURCE_DATE_EPOCH"], import.meta.dirname);
  if (typeof builtAtS === "string") fail(builtAtS);
  return runTag({
    tag,
    firmware: FIRMWARE,
    seed,
    builtAtS,
    flash: new FileFlash(config.flash, FLASH_PAGE_BYTES, FLASH_PAGES),
    clock: new SystemClock(
      () => Date.now(),
      () => performance.now(),
    ),
    makeUplink: (listener) =>
      new MqttUplink({ tag, firmware: FIRMWARE, host, port, secureContext, seed }, listener),
    say,
  });
}

function source(path: string): Readable {
  return path === "-" ? process.stdin : createReadStream(path);
}

const { values } = parseArgs({ options: { config: { type: "string" }, help: { type: "boolean" } } });
if (values.help === true) {
  process.stdout.write(HELP);
} else {
  const config = configOf(values.config ?? fail(HELP));
  const running = start(config);
  const input = source(config.nmea);
  const stop = (): void => {
    input.destroy();
    running.stop();
    const { fixes, entries, acknowledged, pending } = running.stats;
    say(`${fixes} fixes, ${entries} entries, ${acknowledged} acknowledged, ${pending} pending`);
  };
  input.on("data", (bytes: Buffer) => running.gnssBytes(bytes));
  input.on("end", () => say("the receiver sends no more"));
  input.on("error", (error: NodeJS.ErrnoException) => say(`the receiver cannot be read: ${error.code}`));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}
