import type { Channel } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";
import type { Admission, ReportSink } from "../broker/report-source.ts";

/** A sink that remembers what it was given and answers when the test says so. */
export class RecordingSink implements ReportSink {
  readonly admissions = new Map<string, Admission>();
  readonly reports: { tag: TagId; bytes: Buffer; answer: (ack: Uint8Array) => void }[] = [];
  readonly statuses: { tag: TagId; bytes: Buffer }[] = [];
  readonly subscriptions: { tag: TagId; channel: Channel }[] = [];
  readonly crowds: TagId[] = [];
  readonly gone: TagId[] = [];
  /** Answers at once with the report's own bytes. */
  echoes = false;

  admit(tag: TagId): Promise<Admission> {
    return Promise.resolve(this.admissions.get(tag) ?? "admitted");
  }

  report(tag: TagId, bytes: Uint8Array): Promise<Uint8Array> {
    const copy = Buffer.from(bytes);
    return new Promise((answer) => {
      this.reports.push({ tag, bytes: copy, answer });
      if (this.echoes) answer(copy);
    });
  }

  status(tag: TagId, bytes: Uint8Array): Promise<void> {
    this.statuses.push({ tag, bytes: Buffer.from(bytes) });
    return Promise.resolve();
  }

  subscribed(tag: TagId, channel: Channel): void {
    this.subscriptions.push({ tag, channel });
  }

  crowded(tag: TagId): void {
    this.crowds.push(tag);
  }

  left(tag: TagId): void {
    this.gone.push(tag);
  }
}

/** Against hanging, not for slow machines. */
const DEADLINE_MS = 30_000;

/** Waits until the condition holds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const deadlineMs = performance.now() + DEADLINE_MS;
  while (!holds()) {
    if (performance.now() > deadlineMs) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
