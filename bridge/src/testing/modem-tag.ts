import { Firmware } from "@purrimeter/device/firmware";
import { RamFlash } from "@purrimeter/device/ram-flash";
import { nmea } from "@purrimeter/device/testing/tag-rig";
import { openModemUplink, type OpenModemUplink } from "@purrimeter/device/testing/open-modem-uplink";
import { WakeLoop } from "@purrimeter/device/testing/modem-rig";
import type { ModemFaults } from "@purrimeter/device/testing/simulated-modem";
import { encodeSettings } from "@purrimeter/protocol/settings";
import { topicOf } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";
import type { Credentials } from "./test-authority.ts";

/** The cat's time begins two hours ago: it runs faster than the bridge's, which doubts what comes from the future. */
export const HEAD_START_S = 7_200;

const DAY_S = 86_400;

/** What is not as usual. */
export interface ModemTagOptions {
  readonly faults?: Partial<ModemFaults>;
  /** As BoardTime has it. */
  readonly secondMs?: number;
  readonly flash?: RamFlash;
}

/**
 * The firmware with a modem that does TLS itself: flash, clock and cat are simulated, everything from the modem's socket
 * on is real.
 */
export class ModemTag {
  readonly firmware: Firmware;
  readonly link: OpenModemUplink;
  private readonly loop: WakeLoop;
  private isReceiving = false;
  private steps = 0;

  constructor(
    tag: TagId,
    port: number,
    { cert, key, ca }: Credentials,
    { faults = {}, secondMs = 20, flash = new RamFlash(512, 40) }: ModemTagOptions = {},
  ) {
    const then = (act: () => void): void => {
      act();
      this.loop.plan();
    };
    this.link = openModemUplink({
      credentials: { authority: ca, certificate: cert, key },
      port,
      modem: { faults, secondMs },
      uplink: { tag, firstRetryMs: 2_000 },
      utcS: Math.floor(Date.now() / 1_000) - HEAD_START_S,
      onUp: () => then(() => this.firmware.uplinkUp()),
      onDown: () => then(() => this.firmware.uplinkDown()),
      onMessage: (topic, bytes) => then(() => this.firmware.message(topic, bytes)),
    });
    const { connect, disconnect, publish, clock } = this.link;
    this.loop = new WakeLoop(
      clock.time,
      // The uplink's first word may come before the firmware is there.
      () => this.firmware?.nextWakeMs() ?? 0,
      () => this.firmware.wake(),
    );
    this.firmware = new Firmware(
      {
        flash,
        clock,
        uplink: { connect, disconnect, publish },
        gnss: { start: () => (this.isReceiving = true), stop: () => (this.isReceiving = false) },
        indicator: { buzz: () => undefined, light: () => undefined },
        battery: { percent: () => 80 },
      },
      { tag, firmware: "1.0.0", seed: 42, builtAtS: clock.utcS() - DAY_S, idleTimeoutMs: 10_000 },
    );
    this.firmware.start();
    const settings = encodeSettings({ version: 1, fixIntervalS: 5, reportIntervalS: 20, geofences: [] });
    this.firmware.message(topicOf(tag, "settings"), settings);
    this.loop.plan();
    clock.time.every(1_000, () => this.receive());
  }

  /** Entries that the cloud has not acknowledged. */
  get pending(): number {
    return this.firmware.stats.pending;
  }

  stop(): void {
    this.link.dispose();
  }

  /** A cat that walks north, half a metre a second. */
  private receive(): void {
    if (!this.isReceiving) return;
    const bytes = nmea(this.link.clock.utcS(), 52 + this.steps++ * 4.5e-6, 5);
    this.firmware.gnssBytes(bytes, bytes.length);
    this.loop.plan();
  }
}
