/** An output that is on for some time: a buzzer or a lamp. The last call of `start` decides until when. */
export class Pulse {
  private readonly set: (isOn: boolean) => void;
  private readonly after: (ms: number, call: () => void) => void;
  private asked: number;

  /** `after` calls once after `ms` milliseconds. */
  constructor(set: (isOn: boolean) => void, after: (ms: number, call: () => void) => void) {
    this.set = set;
    this.after = after;
    this.asked = 0;
  }

  /** On for so many seconds; 0 ends it now. */
  start(seconds: number): void {
    const mine = ++this.asked;
    this.set(seconds > 0);
    if (seconds === 0) return;
    this.after(seconds * 1_000, () => {
      if (mine === this.asked) this.set(false);
    });
  }
}
