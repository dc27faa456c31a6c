import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A script that measures variables with the module's code in RAM. */
const PROGRAM = (module: string): string => `
var exports = {};
var before = process.memory().usage;
eval(${JSON.stringify(module)});
var loaded = process.memory().usage;
var pages = {};
var storage = {
  write: function (n, d, o, s) {
    if (!pages[n]) { pages[n] = new Uint8Array(s); pages[n].fill(255); }
    pages[n].set(d, o);
    return true;
  },
  readArrayBuffer: function (n) { return pages[n] ? pages[n].buffer : undefined; },
  erase: function (n) { delete pages[n]; }
};
var nothing = function () {};
var firmware = new exports.Firmware({
  flash: new exports.StorageFlash(storage, "pm.", 512, 20),
  clock: { monotonicMs: function () { return 0; }, utcS: function () { return 0; }, setUtcS: nothing },
  gnss: { start: nothing, stop: nothing },
  uplink: { connect: nothing, disconnect: nothing, publish: function () { return false; } },
  indicator: { buzz: nothing, light: nothing },
  battery: { percent: function () { return 80; } }
}, { tag: "tom", firmware: "1", seed: 1, builtAtS: exports.builtAtS });
firmware.start();
storage = undefined;
print("variables " + (loaded - before) + " " + (process.memory().usage - loaded));
quit();
`;

/** Espruino variables of the module's code in RAM, and of the running firmware including the flash of the test. */
export interface VariableCost {
  readonly code: number;
  readonly state: number;
}

/** Measures on Espruino's Linux program. Throws when the firmware does not start there. */
export function measureVariables(espruino: string, module: string): VariableCost {
  const folder = mkdtempSync(join(tmpdir(), "espruino-"));
  try {
    const path = join(folder, "measure.js");
    writeFileSync(path, PROGRAM(module));
    const said = execFileSync(espruino, [path], { cwd: folder, encoding: "latin1", timeout: 60_000 });
    const [, code, state] = /variables (\d+) (\d+)/.exec(said) ?? [];
    if (code === undefined) throw new Error(`Espruino did not run the module:\n${said.slice(-500)}`);
    return { code: Number(code), state: Number(state) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
