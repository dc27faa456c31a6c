/** Names that a board's own program uses of the module, or the module of that program: never shortened. */
export const PUBLIC_NAMES: readonly string[] = [
  ...[
    "exports",
    "Firmware",
    "StorageFlash",
    "start",
    "gnssBytes",
    "moved",
    "beaconDetected",
    "uplinkUp",
    "uplinkDown",
  ],
  ...["message", "wake", "nextWakeMs", "stats", "fixes", "entries", "acknowledged", "transitions", "resent"],
  ...[
    "reports",
    "pending",
    "flash",
    "clock",
    "gnss",
    "uplink",
    "indicator",
    "battery",
    "beacon",
    "monotonicMs",
  ],
  ...["utcS", "setUtcS", "stop", "connect", "disconnect", "publish", "buzz", "light", "listen", "percent"],
  ...["tag", "firmware", "seed", "builtAtS", "ackTimeoutMs", "idleTimeoutMs", "pageBytes", "pageCount"],
];
