import type { ModemPort } from "./modem-port.ts";

/** Given to a modem after its key was pressed, and after its supply went away: the press itself, the supply's pause, and the start. */
const KEY_MS = 5_000;
const CYCLE_MS = 8_000;

/** Gets an answer out of a modem that is off, in power saving mode, or beside itself. */
export class ModemCaller {
  /** Whether only the loss of its supply brings it back. */
  mustCycle = false;
  private readonly port: ModemPort;
  private calls = 0;

  constructor(port: ModemPort) {
    this.port = port;
  }

  /** How long to wait before something is typed, in milliseconds. */
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
