import { expect, test } from "vitest";
import { defaultSettings } from "../configuration/read-settings.ts";
import type { Settings } from "../configuration/settings-schema.ts";
import { checkPorts } from "./check-ports.ts";

const defaults = defaultSettings([]);

function faults(api: object, bridge: object, metrics: Settings["metrics"] = {}): string[] {
  const settings = {
    ...defaults,
    api: { ...defaults.api, ...api },
    bridge: { ...defaults.bridge, ...bridge },
  };
  return checkPorts({ ...settings, metrics }).map(({ failure }) => failure);
}

test("two listeners on one port are named by both keys", () => {
  expect(faults({ port: 9000 }, { port: 9000, tls12: { port: 9001, maxConnections: 1 } })).toEqual([
    "api.port and bridge.port are both 9000; each needs a port of its own",
  ]);
  expect(faults({}, { host: "::", port: 9000 }, { auth: 9102, bridge: 9000 })).toEqual([
    "bridge.port and metrics.bridge are both 9000; each needs a port of its own",
  ]);
});

test("one port on two addresses, any port, and the defaults are taken", () => {
  expect(faults({ host: "192.0.2.1", port: 9000 }, {}, { auth: 9000 })).toEqual([]);
  expect(faults({ port: 0 }, { port: 0 })).toEqual([]);
  expect(faults({}, {})).toEqual([]);
});
