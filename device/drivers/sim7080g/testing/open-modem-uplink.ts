import { asTagId, type TagId } from "@purrimeter/protocol/values";
import { message } from "../../../core/uplink/uplink.contract.ts";
import { ModemUplink, type ModemUplinkOptions } from "../modem-uplink.ts";
import type { ModemFiles } from "../modem-config.ts";
import { BoardTime } from "../../../core/testing/board-time.ts";
import { BoardClock, connectModem, WakeLoop } from "./modem-rig.ts";
import { SimulatedModem, type SimulatedModemOptions } from "./simulated-modem.ts";

/** An uplink through a simulated modem, and its events. */
export interface OpenModemUplink {
  readonly uplink: ModemUplink;
  readonly modem: SimulatedModem;
  readonly clock: BoardClock;
  readonly told: string[];
  readonly failures: string[];
  readonly connect: () => void;
  readonly disconnect: () => void;
  readonly reconnect: () => void;
  readonly publish: (topic: string, bytes: Uint8Array) => boolean;
  readonly dispose: () => void;
}

/** PEM. */
export interface ModemCredentials {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** 10 ms for a second: a power cycle takes 0.1 s, a handshake a modem's second. */
const SECOND_MS = 10;

export interface OpenModemUplinkOptions {
  readonly credentials: ModemCredentials;
  readonly port: number;
  readonly modem?: Partial<SimulatedModemOptions>;
  readonly uplink?: Partial<ModemUplinkOptions>;
  /** The time of the board's clock; 0: not set. */
  readonly utcS?: number;
  readonly onUp?: () => void;
  readonly onDown?: () => void;
  readonly onMessage?: (topic: string, bytes: Uint8Array) => void;
}

function modemFiles({ authority, certificate, key }: ModemCredentials): ModemFiles {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  return { authority: bytes(authority), certificate: bytes(certificate), key: bytes(key) };
}

export function openModemUplink(options: OpenModemUplinkOptions): OpenModemUplink {
  const { port, credentials } = options;
  const secondMs = options.modem?.secondMs ?? SECOND_MS;
  const time = new BoardTime(secondMs);
  const clock = new BoardClock(time, options.utcS ?? Math.floor(Date.now() / 1_000));
  const modem = new SimulatedModem({ port, secondMs, ...options.modem });
  const told: string[] = [];
  const failures: string[] = [];
  const config = {
    apn: "iot.example",
    host: "localhost",
    port,
  };
  const own = { tag: asTagId("tom") as TagId, firmware: "1.0.0", seed: 7, files: modemFiles(credentials) };
  const uplink = new ModemUplink(
    clock,
    modem,
    { ...config, ...own, ...options.uplink },
    {
      up: () => {
        told.push("up");
        options.onUp?.();
      },
      down: () => {
        told.push("down");
        options.onDown?.();
      },
      message: (topic, bytes) => {
        told.push(message(topic, bytes));
        options.onMessage?.(topic, bytes);
      },
      failed: (failure) => failures.push(failure),
    },
  );
  const loop = new WakeLoop(
    time,
    () => uplink.nextWakeMs(),
    () => uplink.wake(),
  );
  connectModem(uplink, modem, loop);
  const then = <Result>(result: Result): Result => {
    loop.plan();
    return result;
  };
  return {
    uplink,
    modem,
    clock,
    told,
    failures,
    connect: () => then(uplink.connect()),
    disconnect: () => then(uplink.disconnect()),
    reconnect: () => then(uplink.reconnect()),
    publish: (topic, bytes) => then(uplink.publish(topic, bytes)),
    dispose: () => {
      time.stop();
      modem.dispose();
    },
  };
}
