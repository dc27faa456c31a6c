import { Firmware } from "../../core/firmware.ts";
import type { FirmwareStats } from "../../core/firmware-options.ts";
import type { Ports, Uplink } from "../../core/ports.ts";
import type { TagId } from "@purrimeter/protocol/values";
import type { UplinkListener } from "./mqtt-uplink.ts";

/** What `runTag` needs besides the ports; a PC has no battery to gauge and no buzzer. */
export interface TagParts {
  readonly tag: TagId;
  readonly firmware: string;
  readonly seed: number;
  /** As in FirmwareOptions. */
  readonly builtAtS: number;
  readonly flash: Ports["flash"];
  readonly clock: Ports["clock"];
  makeUplink(listener: UplinkListener): Uplink;
  /** One line for a person. */
  say(line: string): void;
}

/** A tag that runs. */
export interface RunningTag {
  gnssBytes(bytes: Uint8Array): void;
  readonly stats: FirmwareStats;
  /** Ends the session and the timers; the flash is as it should be at any moment. */
  stop(): void;
}

/** A timer further away than this is set again when it fires. */
const LONGEST_SLEEP_MS = 3_600_000;

/** Runs the firmware on Node's timers. */
export function runTag(parts: TagParts): RunningTag {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const sleep = (): void => {
    clearTimeout(timer);
    if (isStopped) return;
    const waitMs = firmware.nextWakeMs() - parts.clock.monotonicMs();
    timer = setTimeout(() => then(() => firmware.wake()), Math.max(0, Math.min(waitMs, LONGEST_SLEEP_MS)));
  };
  const then = (act: () => void): void => {
    if (isStopped) return;
    act();
    sleep();
  };
  const uplink = parts.makeUplink({
    up: () => then(() => firmware.uplinkUp()),
    down: () => then(() => firmware.uplinkDown()),
    message: (topic, bytes) => then(() => firmware.message(topic, bytes)),
    trouble: (code) => parts.say(`no session: ${code}`),
  });
  const firmware = new Firmware(
    {
      flash: parts.flash,
      clock: parts.clock,
      uplink,
      // The receiver of a PC is always on; the firmware ignores it when it wants none.
      gnss: { start: () => undefined, stop: () => undefined },
      indicator: {
        buzz: (seconds) => parts.say(`buzz ${seconds} s`),
        light: (seconds) => parts.say(`light ${seconds} s`),
      },
      battery: { percent: () => 100 },
    },
    { tag: parts.tag, firmware: parts.firmware, seed: parts.seed, builtAtS: parts.builtAtS },
  );
  then(() => firmware.start());
  return {
    gnssBytes: (bytes) => then(() => firmware.gnssBytes(bytes, bytes.length)),
    get stats() {
      return firmware.stats;
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
      uplink.disconnect();
    },
  };
}
