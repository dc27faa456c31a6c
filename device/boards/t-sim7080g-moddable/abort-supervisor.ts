/** What the SDK's TLS and MQTT do when they fail in a callback of their own; the machine goes on if it is told to. */
const SURVIVABLE = ["unhandled exception", "unhandled rejection"];

/** More in a row than this are no bad network: then the board starts anew. */
const MOST_IN_A_ROW = 8;

/**
 * Decides about what nobody caught (the SDK's abort hook): a session that broke off is given up, everything else restarts
 * the board. The journal's health entries count restarts.
 */
export class AbortSupervisor {
  /** Since the start. */
  survived = 0;
  private readonly giveUpSession: () => void;
  private inARow = 0;

  constructor(giveUpSession: () => void) {
    this.giveUpSession = giveUpSession;
  }

  /** What the hook returns: false to go on. */
  aborted(message: string): boolean {
    if (SURVIVABLE.indexOf(message) < 0 || this.inARow >= MOST_IN_A_ROW) return true;
    this.inARow++;
    this.survived++;
    try {
      this.giveUpSession();
      return false;
    } catch {
      // It cannot even be given up: start anew.
      return true;
    }
  }

  /** A session stands: what was is over. */
  calm(): void {
    this.inARow = 0;
  }
}
