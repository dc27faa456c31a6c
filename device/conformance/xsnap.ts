import { existsSync } from "node:fs";
import { join } from "node:path";
import { fetchPackage, run } from "./tool-cache.ts";

const VERSION = "0.15.0";
const INTEGRITY =
  "sha512-ZBm4DZxbtfacxMHVVdJjZi0Y8zOxN77vpu1WwI5RWfPkaRh0aHkz/dVdTGKXalDNzWfz183lljKxlxl3/h0n+A==";

/** Path of xsnap-worker, XS as a Linux or macOS program: fetched and compiled once, in about a minute. Needs make and cc. */
export function xsnapWorker(): string {
  const folder = fetchPackage("@agoric/xsnap", VERSION, INTEGRITY);
  const platform = process.platform === "darwin" ? "mac" : "lin";
  const program = join(folder, `xsnap-native/xsnap/build/bin/${platform}/release/xsnap-worker`);
  if (!existsSync(program)) run("npm", ["run", "--silent", "build:from-env"], folder);
  return program;
}
