import type { House } from "./house-shape.ts";

const PROCESS = "a process that the command line starts by its path";

/** Imports go one way. cli composes and bench measures: nothing imports these two. */
export const HOUSE: House = {
  protocol: {
    what: "what a tag and the cloud say to each other: values, bytes, topics, limits",
    imports: [],
  },
  log: { what: "a logger that takes only listed fields", imports: [] },
  http: { what: "what services read of a request: small, plain, unambiguous JSON", imports: [] },
  certs: { what: "the certificate authority; hands over files", imports: [] },
  device: {
    what: "the firmware: `src/` is the core and its ports, `targets/` are the boards",
    imports: ["protocol"],
  },
  store: {
    what: "persistence: schema, sealing, recording, reads scoped to an owner",
    imports: ["protocol"],
    testImports: ["certs"],
  },
  bridge: {
    what: "MQTT in, store, acknowledge; settings out",
    imports: ["protocol", "device", "store", "log"],
    testImports: ["certs"],
    entries: { "./main": PROCESS },
  },
  gateway: {
    what: "speaks MQTT to the bridge for tags that have Bluetooth only",
    imports: ["protocol", "device", "log"],
    testImports: ["certs"],
  },
  auth: {
    what: "accounts, passwords, sessions, tokens",
    imports: ["store", "log", "http"],
    testImports: ["certs"],
    entries: { "./main": PROCESS },
  },
  "cloud-api": {
    what: "the gateway and the owners' API",
    imports: ["protocol", "store", "log", "http"],
    testImports: ["certs"],
    entries: { "./main": PROCESS },
  },
  simulator: { what: "cats, skies and fleets", imports: ["protocol", "device"], testImports: ["certs"] },
  cli: {
    what: "the command `purrimeter`; composes",
    imports: [
      "protocol",
      "device",
      "certs",
      "store",
      "bridge",
      "gateway",
      "auth",
      "cloud-api",
      "simulator",
      "log",
    ],
  },
  bench: {
    what: "measurements",
    imports: [
      "protocol",
      "device",
      "certs",
      "store",
      "bridge",
      "simulator",
      "cloud-api",
      "auth",
      "cli",
      "log",
    ],
  },
};
