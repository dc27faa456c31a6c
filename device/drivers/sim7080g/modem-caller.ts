import type { ModemPort } from "./modem-port.ts";

/**
 * Time for a modem to start after its key was pressed, and after its supply was cut: the press, the pause of the supply,
 * and the start.
 */
const KEY_MS = 5_000;
const CYCLE_MS = 8_000;

/** Makes a modem answer that is off, in power saving mode, or in an unknown state. */
export class ModemCaller {
  /** Whether only cutting its supply can restart it. */
  mustCycle = false;
  private readonly port: ModemPort;
  private calls = 0;

  constructor(port: ModemPort) {
    this.port = port;
  }

  /** How long to wait before the first command, in milliseconds. */
  begin(): number {
    this.port.sleep(false);
    this.calls = 0;
    return this.mustCycle ? this.cycle() : 0;
  }

  /** As `begin`, when nothing was answered; undefined when everything has been tried. */
  unanswered(): number | undefined {
    this.calls++;
    if (this.calls === 2) return this.cycle();
    if (this.calls > 2) return undefined;
    this.port.pressPowerKey();
    return KEY_MS;
  }

  private cycle(): number {
    this.mustCycle = false;
    this.calls = 2;
    this.port.cyclePower();
    return CYCLE_MS;
  }
}
