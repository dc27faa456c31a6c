/** Aborts by which the SDK's TLS and MQTT report a failure in a callback of their own; XS can continue after them. */
const SURVIVABLE = ["unhandled exception", "unhandled rejection"];

/** More than this in a row are not caused by a bad network: the board restarts. */
const MOST_IN_A_ROW = 8;

/**
 * Decides about uncaught exceptions (the SDK's abort hook): a broken session is given up, everything else restarts the
 * board. The journal's health entries count restarts.
 */
export class AbortSupervisor {
  /** Since the start. */
  survived = 0;
  private readonly giveUpSession: () => void;
  private inARow = 0;

  constructor(giveUpSession: () => void) {
    this.giveUpSession = giveUpSession;
  }

  /** What the hook returns: false to continue. */
  aborted(message: string): boolean {
    if (SURVIVABLE.indexOf(message) < 0 || this.inARow >= MOST_IN_A_ROW) return true;
    this.inARow++;
    this.survived++;
    try {
      this.giveUpSession();
      return false;
    } catch {
      // Not even giving up the session works: restart.
      return true;
    }
  }

  /** A session is established: earlier faults no longer count. */
  calm(): void {
    this.inARow = 0;
  }
}
