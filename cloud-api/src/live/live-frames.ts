import type { LivePosition } from "./live-positions.ts";

const encoder = new TextEncoder();

interface Frame {
  readonly json: string;
  readonly bytes: Uint8Array;
}

/**
 * Events as bytes, made once for all streams of an account that follow the same and are at the same position: sealing an id and
 * encoding cost more than the write. To be cleared within a second, because an id holds the time at which it was sealed.
 */
export class LiveFrames {
  readonly #ids = new Map<string, string>();
  readonly #frames = new Map<string, Frame>();

  /** The id of an event after which a client is at that position. */
  id(position: LivePosition, seal: (position: LivePosition) => string): string {
    const { reports, commands, alerts, told } = position;
    const key = `${reports.report} ${reports.number} ${reports.cut} ${commands} ${alerts} ${told}`;
    const id = this.#ids.get(key) ?? seal(position);
    this.#ids.set(key, id);
    return id;
  }

  /** The bytes of an event. Readers share them: nobody may write into them. */
  event(id: string, event: string, json: string): Uint8Array {
    const key = `${event} ${id}`;
    const known = this.#frames.get(key);
    if (known?.json === json) return known.bytes;
    const bytes = encoder.encode(`id: ${id}\nevent: ${event}\ndata: ${json}\n\n`);
    this.#frames.set(key, { json, bytes });
    return bytes;
  }

  clear(): void {
    this.#ids.clear();
    this.#frames.clear();
  }
}
