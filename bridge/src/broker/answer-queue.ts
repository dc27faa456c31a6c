import { writeAnswer } from "./publish-frame.ts";

/** A report that was taken and, once `ack` is there, can be answered. */
export interface PendingAnswer {
  readonly messageId: number;
  ack: Uint8Array | undefined;
}

/** Answers leave in the order in which their reports came (MQTT 3.1.1, 4.6), whatever the store finishes first. */
export class AnswerQueue {
  readonly #ackTopic: Buffer;
  #pending: PendingAnswer[] = [];

  constructor(ackTopic: Buffer) {
    this.#ackTopic = ackTopic;
  }

  get length(): number {
    return this.#pending.length;
  }

  /** `messageId` is 0 for a report at QoS 0. */
  expect(messageId: number): PendingAnswer {
    const answer: PendingAnswer = { messageId, ack: undefined };
    this.#pending.push(answer);
    return answer;
  }

  /**
   * The frames of all answers up to the first that is still missing, or undefined when that is the first. Acknowledgements are left
   * out unless the tag has subscribed to them (MQTT 3.1.1, 3.3.5); undefined as well when nothing is left to send then.
   */
  takeReady(isSubscribed: boolean): Buffer | undefined {
    const first = this.#pending[0];
    if (first?.ack === undefined) return undefined;
    if (this.#pending.length > 1) return this.#takeSeveral(isSubscribed);
    this.#pending.length = 0;
    return writeAnswer(first.messageId, this.#ackTopic, isSubscribed ? first.ack : undefined);
  }

  #takeSeveral(isSubscribed: boolean): Buffer {
    let ready = 0;
    while (this.#pending[ready]?.ack !== undefined) ready++;
    const frames = this.#pending
      .splice(0, ready)
      .map(({ messageId, ack }) => writeAnswer(messageId, this.#ackTopic, isSubscribed ? ack : undefined));
    return Buffer.concat(frames);
  }
}
