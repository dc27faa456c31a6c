const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};

/** A packet of MQTT: its first byte and its body. */
function packet(first: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7];
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

/** CONNECT with a clean session; `level` 4 is MQTT 3.1.1, and 5 has properties. */
export function connectPacket(id: string, level = 4): Buffer {
  const name = level === 3 ? "MQIsdp" : "MQTT";
  const properties = level === 5 ? [Buffer.from([0])] : [];
  return packet(0x10, text(name), Buffer.from([level, 2, 0, 60]), ...properties, text(id));
}

export function publishPacket(topic: string, payload: Uint8Array, flags = 0): Buffer {
  return packet(0x30 | flags, text(topic), ...(flags >= 2 ? [Buffer.from([0, 1])] : []), payload);
}

export function subscribePacket(topic: string): Buffer {
  return packet(0x82, Buffer.from([0, 7]), text(topic), Buffer.from([0]));
}
