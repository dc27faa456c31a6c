import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { isatty, ReadStream, WriteStream } from "node:tty";
import type { Cancel, Time } from "@purrimeter/service/time";
import type { AcceptLink } from "./link.ts";

/** A Bluetooth adapter that was pulled out, or a watch out of reach: it may come back. */
const REOPEN_MS = 5_000;

/** A device that is opened again until `stop` is called. */
export interface DeviceLink {
  stop(): void;
}

/**
 * Keeps a terminal device (a serial port, /dev/rfcomm0, what ble-serial makes) open as a link, and opens it again when it
 * ends. `onFailure` gets the system's code when it cannot be opened, or "not-a-terminal": once, not at every attempt.
 */
export function keepDeviceLink(
  path: string,
  accept: AcceptLink,
  onFailure: (code: string) => void,
  time: Pick<Time, "after">,
): DeviceLink {
  let isStopped = false;
  let cancel: Cancel | undefined;
  let close: (() => void) | undefined;
  let lastCode = "";
  const again = (): void => {
    close = undefined;
    if (!isStopped) cancel = time.after(REOPEN_MS, attempt);
  };
  const attempt = (): void => {
    try {
      close = openDevice(path, accept, again);
      lastCode = "";
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "unknown";
      if (code !== lastCode) onFailure(code);
      lastCode = code;
      again();
    }
  };
  attempt();
  return {
    stop: () => {
      isStopped = true;
      cancel?.();
      close?.();
    },
  };
}

/**
 * Opens the device in raw mode; returns the function that closes it. `ended` is called once when it is closed, for any
 * reason.
 */
function openDevice(path: string, accept: AcceptLink, ended: () => void): () => void {
  // Without NOCTTY the device would become this process's terminal.
  const file = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  if (!isatty(file) || !madeRaw(path)) {
    closeSync(file);
    throw Object.assign(new Error("no terminal"), { code: "not-a-terminal" });
  }
  const input = new ReadStream(file);
  const output = new WriteStream(file);
  const close = (): void => {
    input.destroy();
    output.destroy();
  };
  const end = accept({
    write: (bytes) => void output.write(bytes),
    unsentBytes: () => output.writableLength,
    close,
  });
  input.on("data", (bytes: Buffer) => end.bytes(bytes));
  input.on("end", close);
  for (const stream of [input, output]) stream.on("error", close);
  input.on("close", () => {
    closeSync(file);
    end.closed();
    ended();
  });
  return close;
}

/**
 * Makes the device carry bytes as they are, both ways; false when it cannot. Node's own raw mode writes a carriage
 * return before every line feed.
 */
function madeRaw(path: string): boolean {
  const flag = process.platform === "darwin" ? "-f" : "-F";
  return spawnSync("stty", [flag, path, "raw", "-echo"], { stdio: "ignore" }).status === 0;
}
