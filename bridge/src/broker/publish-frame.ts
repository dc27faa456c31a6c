const QOS_MASK = 0x06;
const RETAIN = 0x01;
const PUBACK_FRAME_BYTES = 4;

/** What stands in a PUBLISH to one known topic; offsets into the bytes that it was read from. */
export interface PublishFrame {
  /** 0 for QoS 0. */
  readonly messageId: number;
  readonly start: number;
  readonly end: number;
}

/** First byte of the payload's length field after the fixed header: one or two length bytes. */
function afterFixedHeader(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset + 1] ?? 0) & 0x80) === 0 ? offset + 2 : offset + 3;
}

/** A loop, because calling Buffer.compare costs more than fifty bytes do. */
function hasTopic(bytes: Buffer, at: number, end: number, topic: Buffer): boolean {
  const { length } = topic;
  if (at + 2 + length > end || bytes.readUInt16BE(at) !== length) return false;
  for (let i = 0; i < length; i++) if (bytes[at + 2 + i] !== topic[i]) return false;
  return true;
}

/**
 * Reads a whole PUBLISH frame at QoS 0 or 1, not retained, to exactly `topic`; undefined for any other frame,
 * which the broker then judges.
 */
export function readPublish(
  bytes: Buffer,
  offset: number,
  length: number,
  topic: Buffer,
): PublishFrame | undefined {
  const flags = bytes[offset] ?? 0;
  const qos = (flags & QOS_MASK) >> 1;
  if (qos > 1 || (flags & RETAIN) !== 0) return undefined;
  const end = offset + length;
  const at = afterFixedHeader(bytes, offset);
  if (!hasTopic(bytes, at, end, topic)) return undefined;
  const start = at + 2 + topic.length + 2 * qos;
  if (start > end) return undefined;
  const messageId = qos === 0 ? 0 : bytes.readUInt16BE(start - 2);
  return qos === 1 && messageId === 0 ? undefined : { messageId, start, end };
}

/**
 * One buffer with what answers a report: a PUBACK when `messageId` is not 0, and the acknowledgement as a
 * PUBLISH at QoS 0 when there is one. One buffer is one TLS record.
 */
export function writeAnswer(messageId: number, topic: Buffer, payload: Uint8Array | undefined): Buffer {
  const remaining = payload === undefined ? 0 : 2 + topic.length + payload.length;
  const headerBytes = payload === undefined ? 0 : remaining < 128 ? 2 : 3;
  const pubackBytes = messageId === 0 ? 0 : PUBACK_FRAME_BYTES;
  const frame = Buffer.allocUnsafe(pubackBytes + headerBytes + remaining);
  let at = 0;
  if (pubackBytes > 0) {
    frame.writeUInt16BE(0x4002, 0);
    at = frame.writeUInt16BE(messageId, 2);
  }
  if (payload === undefined) return frame;
  at = frame.writeUInt8(0x30, at);
  if (headerBytes === 3) at = frame.writeUInt8((remaining & 0x7f) | 0x80, at);
  at = frame.writeUInt8(headerBytes === 3 ? remaining >> 7 : remaining, at);
  at = frame.writeUInt16BE(topic.length, at);
  at += topic.copy(frame, at);
  frame.set(payload, at);
  return frame;
}
