const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Aborts at the first signal that asks this process to end; the process then ends in its own time. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) process.on(signal, () => controller.abort());
  return controller.signal;
}
