import type { House } from "./house-shape.ts";

const PROCESS = "a process that the command line starts by its path";
const RANDOM = "the port of randomness: packages take it up when they are to run from one seed";
/** A real handshake needs certificates. */
const testImports = ["certs"];

/** Imports go one way. cli composes and bench measures: nothing imports these two. */
export const HOUSE: House = {
  protocol: {
    what: "what a tag and the cloud say to each other: values, bytes, topics, limits",
    imports: [],
  },
  service: {
    what: "what every process is made of: run, listen, problem details, limits, JSON client, metrics, log, time",
    imports: [],
    testImports,
    entries: { "./random": RANDOM, "./system-random": RANDOM, "./testing/seeded-random": RANDOM },
  },
  certs: { what: "the certificate authority: create, issue, renew, revoke", imports: [] },
  secrets: {
    what: "secrets from files or a Vault; the key ring and its adapters; AES-GCM",
    imports: ["service"],
    testImports,
  },
  database: {
    what: "SQLite: open, migrate, statements, write transactions, group commit",
    imports: ["service"],
  },
  audit: {
    what: "the tamper-evident audit trail: append, checkpoint, prove, verify",
    imports: ["service", "database"],
  },
  device: {
    what: "the firmware: a pure core and its ports, drivers of parts, boards, conformance of engines",
    imports: ["protocol"],
  },
  store: {
    what: "tags, geofences, locations, events, shares: recorded, sealed, read by their owner only",
    imports: ["protocol", "service", "database", "secrets", "audit"],
    testImports,
  },
  bridge: {
    what: "MQTT in, store, acknowledge; settings out; the tag's decisions checked again",
    imports: ["protocol", "device", "service", "secrets", "store"],
    testImports,
    entries: { "./main": PROCESS },
  },
  "ble-gateway": {
    what: "speaks MQTT to the bridge for tags that have Bluetooth only",
    imports: ["protocol", "device", "service"],
    testImports,
  },
  "auth-api": {
    what: "the contract of accounts between `auth` and `cloud-api`: schemas, routes, problems",
    imports: ["service"],
  },
  notifier: {
    what: "one attempt at one endpoint: mail, webhook, push, ntfy; no database, no store, no key ring",
    imports: ["service", "secrets"],
    testImports,
    entries: { "./main": PROCESS },
  },
  auth: {
    what: "accounts, passwords, sessions, tokens, what mails say and when",
    imports: ["service", "database", "secrets", "audit", "auth-api", "notifier"],
    testImports,
    entries: { "./main": PROCESS },
  },
  alerts: {
    what: "what owners are told: rules applied to what happened, texts, deliveries",
    imports: ["protocol", "service", "secrets", "store", "auth-api", "notifier"],
    testImports,
    entries: { "./main": PROCESS },
  },
  "cloud-api": {
    what: "the edge that every request passes, and the owners' API",
    imports: ["protocol", "service", "secrets", "store", "auth-api", "alerts", "notifier"],
    // What the API takes the tag has to take.
    testImports: ["auth", "device", ...testImports],
    entries: { "./main": PROCESS },
  },
  simulator: {
    what: "tracks, cats, sky, fleets of tags, replay",
    imports: ["protocol", "device", "service"],
    testImports,
  },
  cli: {
    what: "the command `purrimeter`: commands, settings, registry of services, data folder, supervisor, scenarios",
    imports: [
      ...["protocol", "device", "certs", "service", "secrets", "database", "audit", "store", "bridge"],
      ...["ble-gateway", "auth-api", "notifier", "auth", "alerts", "cloud-api", "simulator"],
    ],
  },
  bench: {
    what: "measurements, each with its peer in the same run",
    imports: [
      ...["protocol", "device", "certs", "service", "secrets", "database", "audit", "store", "bridge"],
      ...["notifier", "auth", "alerts", "cloud-api", "simulator", "cli"],
    ],
  },
};
