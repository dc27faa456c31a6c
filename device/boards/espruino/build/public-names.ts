/** What a board's own program calls of the module, and what the module calls of it: never shortened. */
export const PUBLIC_NAMES: readonly string[] = [
  ...[
    "exports",
    "Firmware",
    "StorageFlash",
    "start",
    "gnssBytes",
    "moved",
    "homeHeard",
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
  ...["tag", "firmware", "seed", "builtAtS", "ackTimeoutMs", "lingerMs", "pageBytes", "pageCount"],
];
