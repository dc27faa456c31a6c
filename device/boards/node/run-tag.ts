import { Firmware } from "../../core/firmware.ts";
import type { FirmwareStats } from "../../core/firmware-options.ts";
import type { Ports, Uplink } from "../../core/ports.ts";
import type { TagId } from "@purrimeter/protocol/values";
import type { UplinkListener } from "./mqtt-uplink.ts";

/** What `runTag` needs; a PC has no battery gauge and no buzzer. */
export interface TagParts {
  readonly tag: TagId;
  readonly firmware: string;
  readonly seed: number;
  /** As in FirmwareOptions. */
  readonly builtAtS: number;
  readonly flash: Ports["flash"];
  readonly clock: Ports["clock"];
  makeUplink(listener: UplinkListener): Uplink;
  /** Prints one line. */
  say(line: string): void;
}

/** A running tag. */
export interface RunningTag {
  gnssBytes(bytes: Uint8Array): void;
  readonly stats: FirmwareStats;
  /** Ends the session and the timers; the flash is always consistent. */
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
    timer = setTimeout(
      () => runAndPlan(() => firmware.wake()),
      Math.max(0, Math.min(waitMs, LONGEST_SLEEP_MS)),
    );
  };
  const runAndPlan = (act: () => void): void => {
    if (isStopped) return;
    act();
    sleep();
  };
  const uplink = parts.makeUplink({
    up: () => runAndPlan(() => firmware.uplinkUp()),
    down: () => runAndPlan(() => firmware.uplinkDown()),
    message: (topic, bytes) => runAndPlan(() => firmware.message(topic, bytes)),
    failed: (code) => parts.say(`no session: ${code}`),
  });
  const firmware = new Firmware(
    {
      flash: parts.flash,
      clock: parts.clock,
      uplink,
      // The receiver of a PC is always on; the firmware ignores it when it needs no fix.
      gnss: { start: () => undefined, stop: () => undefined },
      indicator: {
        buzz: (seconds) => parts.say(`buzz ${seconds} s`),
        light: (seconds) => parts.say(`light ${seconds} s`),
      },
      battery: { percent: () => 100 },
    },
    { tag: parts.tag, firmware: parts.firmware, seed: parts.seed, builtAtS: parts.builtAtS },
  );
  runAndPlan(() => firmware.start());
  return {
    gnssBytes: (bytes) => runAndPlan(() => firmware.gnssBytes(bytes, bytes.length)),
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
