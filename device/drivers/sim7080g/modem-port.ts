/** What the board does for the modem. */
export interface ModemPort {
  /** Sends to the modem. `bytes` is valid only during the call. */
  write(bytes: Uint8Array): void;
  /** Lets the modem sleep between sessions, or wakes it (DTR). */
  sleep(isAsleep: boolean): void;
  /** Presses the power key: starts a modem that is off, wakes one in power saving mode. Returns at once. */
  pressPowerKey(): void;
  /** Cuts the modem's supply for a second, then presses the key. Returns at once. */
  cyclePower(): void;
}
