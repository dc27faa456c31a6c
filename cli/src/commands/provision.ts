import type { Time } from "@purrimeter/service/time";
import { Command, InvalidArgumentError } from "commander";
import { dataFiles } from "../data-folder/data-files.ts";
import { recordInFolder } from "../data-folder/record-act.ts";
import { isFailure, reportFailure } from "../terminal/failure.ts";
import { dataOption, examples, jsonOption, parseFixedPort } from "../terminal/options.ts";
import { provisionable, provisionBoard, type BoardNetwork } from "../data-folder/provision-board.ts";

interface ProvisionFlags extends BoardNetwork {
  readonly data: string;
  readonly out: string;
  readonly json?: true;
}

/** `purrimeter tags provision`. */
export function provisionCommand(time: Time): Command {
  return new Command("provision")
    .description("write what a board with a modem takes in: certificates, key, names")
    .argument("<id>", "a tag that has its certificate")
    .requiredOption("--out <dir>", "folder to write; it holds the tag's key afterwards")
    .requiredOption("--host <name>", "name of the bridge, as in its certificate", parseName)
    .requiredOption("--port <number>", "port of the bridge for TLS 1.2", parseFixedPort)
    .option("--apn <name>", "access point of the SIM's operator", parseName, "iot")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples(
        "tags provision mimi --out device/boards/t-sim7080g-moddable/provisioned --host cats.example.org --port 8884 --apn iot.example",
      ),
    )
    .action(async (id: string, flags: ProvisionFlags) => {
      const { host, port, apn } = flags;
      const files = dataFiles(flags.data);
      const found = provisionable(files, id, flags.out);
      if (isFailure(found)) return reportFailure(found);
      const recorded = await recordInFolder(files, time, "tag.provisioned", id);
      if (isFailure(recorded)) return reportFailure(recorded);
      const provisioned = provisionBoard(files, found, { host, port, apn });
      if (flags.json === true) console.log(JSON.stringify(provisioned));
      else console.log(`${provisioned.folder}: ${provisioned.files.join(", ")}`);
    });
}

/** It goes into an AT command between quotes. */
function parseName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be 1 to 64 of A-Z a-z 0-9 . -");
}
