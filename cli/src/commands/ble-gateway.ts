import type { Time } from "@purrimeter/service/time";
import type { SocketAddress } from "@purrimeter/ble-gateway/socket-links";
import { createLog } from "@purrimeter/service/log";
import { Command, InvalidArgumentError, Option } from "commander";
import { dataFiles } from "../data-folder/data-files.ts";
import { failed, isFailure, reportFailure } from "../terminal/failure.ts";
import { collect, dataOption, examples, jsonOption, parsePort } from "../terminal/options.ts";
import { pairTag, readPairings, type KeptPairing } from "../data-folder/pairings.ts";
import { runGateway } from "../scenarios/run-ble-gateway.ts";
import { stopSignal } from "../terminal/stop-signal.ts";

interface GatewayFlags {
  readonly data: string;
  readonly json?: true;
}

interface RunFlags extends GatewayFlags {
  readonly bridge: { readonly host: string; readonly port: number };
  readonly listen: readonly SocketAddress[];
  readonly device: readonly string[];
}

/** `purrimeter ble-gateway`. */
export function bleGatewayCommand(time: Time): Command {
  return new Command("ble-gateway")
    .description("speak to the bridge for tags that have Bluetooth only")
    .addCommand(pairCommand())
    .addCommand(listCommand())
    .addCommand(runCommand(time));
}

function subcommand(name: string, description: string): Command {
  return new Command(name).description(description).addOption(dataOption()).addOption(jsonOption());
}

function pairCommand(): Command {
  return subcommand("pair", "make the key that a tag and its BLE gateway share")
    .argument("<tag>", "id of a tag that has its certificate here")
    .option("--again", "give a tag that is paired another key; the one that it has is worth nothing then")
    .addHelpText("after", examples("ble-gateway pair mimi", "ble-gateway pair mimi --again"))
    .action((tag: string, flags: GatewayFlags & { readonly again?: true }) => {
      const kept = pairTag(dataFiles(flags.data), tag, flags.again === true);
      if (isFailure(kept)) return reportFailure(kept);
      print(kept, flags);
      if (flags.json !== true)
        console.log("Put this file onto the tag as purrimeter.link (docs/boards.md); it is a secret.");
    });
}

function listCommand(): Command {
  return subcommand("list", "list the tags that are paired")
    .addHelpText("after", examples("ble-gateway list"))
    .action((flags: GatewayFlags) => {
      const kept = readPairings(dataFiles(flags.data));
      if (isFailure(kept)) reportFailure(kept);
      else for (const pairing of kept) print(pairing, flags);
    });
}

function print({ pairing, file }: KeptPairing, { json }: GatewayFlags): void {
  if (json === true) console.log(JSON.stringify({ tag: pairing.tag, file }));
  else console.log(`${pairing.tag.padEnd(32)}  ${file}`);
}

function runCommand(time: Time): Command {
  return subcommand("run", "run the BLE gateway until SIGINT or SIGTERM")
    .addOption(
      new Option("--bridge <host:port>", "where the bridge listens for tags")
        .argParser(parseBridge)
        .default({ host: "localhost", port: 8883 }, "localhost:8883"),
    )
    .option(
      "--listen <address>",
      "HOST:PORT or a path: where links are handed over; repeatable",
      collectAddress,
      [],
    )
    .option("--device <path>", "serial or Bluetooth device with a tag behind it; repeatable", collect, [])
    .addHelpText(
      "after",
      examples(
        "ble-gateway run --device /tmp/ttyBLE",
        "ble-gateway run --listen 127.0.0.1:7117 --bridge cats.example.org:8883",
      ),
    )
    .action((flags: RunFlags) => run(flags, time));
}

async function run(flags: RunFlags, time: Time): Promise<void> {
  if (flags.listen.length + flags.device.length === 0)
    return reportFailure(failed("name at least one --listen or --device"));
  const stopping = stopSignal();
  const log = createLog("ble-gateway", { write: (line: string) => void process.stderr.write(line) });
  const places = { bridge: flags.bridge, listen: flags.listen, devices: flags.device };
  const running = await runGateway(dataFiles(flags.data), places, log, time);
  if (isFailure(running)) return reportFailure(running);
  const { tags, listening } = running;
  if (flags.json === true) console.log(JSON.stringify({ ready: true, tags, listening }));
  else console.log(`ready for ${tags.join(", ")} ${[...listening, ...flags.device].join(" ")}`);
  if (!stopping.aborted) await new Promise((resolve) => stopping.addEventListener("abort", resolve));
  await running.stop();
}

function parseBridge(text: string): { host: string; port: number } {
  const address = addressIn(text);
  if (address === undefined || address.port === 0) throw new InvalidArgumentError("It must be HOST:PORT.");
  return address;
}

function collectAddress(text: string, former: readonly SocketAddress[]): readonly SocketAddress[] {
  const address = text.includes("/") ? { path: text } : addressIn(text);
  if (address === undefined) throw new InvalidArgumentError("It must be HOST:PORT or a path with a slash.");
  return [...former, address];
}

function addressIn(text: string): { host: string; port: number } | undefined {
  const [, host, port] = /^\[?([^\]/]{1,255}?)\]?:(\d{1,5})$/.exec(text) ?? [];
  return host === undefined || port === undefined ? undefined : { host, port: parsePort(port) };
}
