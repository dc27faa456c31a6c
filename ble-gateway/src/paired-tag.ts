import type { MqttUplink, UplinkListener } from "@purrimeter/device/mqtt-uplink";
import {
  MESSAGE_ACK,
  MESSAGE_COMMAND,
  MESSAGE_CONNECT,
  MESSAGE_DISCONNECT,
  MESSAGE_DOWN,
  MESSAGE_REPORT,
  MESSAGE_SETTINGS,
  MESSAGE_STATUS,
  MESSAGE_UP,
} from "@purrimeter/protocol/link-frame";
import type { LinkMessage } from "@purrimeter/protocol/link-session";
import { MAX_FIRMWARE_LENGTH, MAX_REPORT_BYTES, MAX_SMALL_MESSAGE_BYTES } from "@purrimeter/protocol/limits";
import { parseTopic, topicOf, type Channel } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";

/** The tag's own session with the bridge, with the tag's certificate. `firmware` goes into its will. */
export type MakeUplink = (tag: TagId, firmware: string, listener: UplinkListener) => TagUplink;

/** What is used of a MqttUplink. */
export type TagUplink = Pick<MqttUplink, "connect" | "disconnect" | "close" | "publish">;

/** Seals a message to the tag and sends it, without confirmation. */
export type SendToTag = (kind: number, payload: Uint8Array) => void;

const NOTHING = new Uint8Array(0);
const PRINTABLE = /^[ -~]*$/;

/**
 * One tag while it is near: its messages go to the bridge, the bridge's messages go to it, and nothing is stored or
 * answered here. A report without a session is dropped: the tag sends it until the bridge acknowledges it.
 */
export class PairedTag {
  readonly tag: TagId;
  readonly #makeUplink: MakeUplink;
  readonly #send: SendToTag;
  readonly #onFailure: (code: string) => void;
  #uplink: TagUplink | undefined;
  #firmware = "";
  #isUp = false;

  constructor(tag: TagId, makeUplink: MakeUplink, send: SendToTag, onFailure: (code: string) => void) {
    this.tag = tag;
    this.#makeUplink = makeUplink;
    this.#send = send;
    this.#onFailure = onFailure;
  }

  /** A message from the tag. */
  take({ kind, payload }: LinkMessage): void {
    switch (kind) {
      case MESSAGE_CONNECT:
        return this.#connect(Buffer.from(payload).toString("latin1"));
      case MESSAGE_DISCONNECT:
        return this.#end((uplink) => uplink.disconnect());
      case MESSAGE_REPORT:
        return this.#publish("report", payload, MAX_REPORT_BYTES);
      case MESSAGE_STATUS:
        return this.#publish("status", payload, MAX_SMALL_MESSAGE_BYTES);
    }
  }

  /** Sends the state of the session; repeated now and then, because a message may be lost. */
  sendState(): void {
    this.#send(this.#isUp ? MESSAGE_UP : MESSAGE_DOWN, NOTHING);
  }

  /** The tag is out of reach: its session ends without DISCONNECT, so that the bridge publishes its will. */
  lost(): void {
    this.#end((uplink) => uplink.close());
  }

  #connect(firmware: string): void {
    const isName = firmware.length <= MAX_FIRMWARE_LENGTH && PRINTABLE.test(firmware);
    if (!isName) return this.#onFailure("bad-firmware");
    if (this.#uplink !== undefined && firmware === this.#firmware) return this.#sendStateIfUp();
    this.lost();
    this.#firmware = firmware;
    this.#uplink = this.#makeUplink(this.tag, firmware, {
      up: () => this.#setState(true),
      down: () => this.#setState(false),
      message: (topic, bytes) => this.#deliver(topic, bytes),
      failed: (code) => this.#onFailure(code),
    });
    this.#uplink.connect();
  }

  #sendStateIfUp(): void {
    if (this.#isUp) this.sendState();
  }

  #setState(isUp: boolean): void {
    this.#isUp = isUp;
    this.sendState();
  }

  #end(how: (uplink: TagUplink) => void): void {
    const uplink = this.#uplink;
    this.#uplink = undefined;
    this.#isUp = false;
    if (uplink !== undefined) how(uplink);
  }

  #publish(channel: Channel, payload: Uint8Array, maxBytes: number): void {
    if (payload.length <= maxBytes) this.#uplink?.publish(topicOf(this.tag, channel), payload);
  }

  #deliver(topic: string, bytes: Uint8Array): void {
    const channel = parseTopic(topic)?.channel;
    if (channel === "ack") this.#send(MESSAGE_ACK, bytes);
    else if (channel === "settings") this.#send(MESSAGE_SETTINGS, bytes);
    else if (channel === "command") this.#send(MESSAGE_COMMAND, bytes);
  }
}
