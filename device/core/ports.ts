/** What the firmware needs from a board. The board passes these in; the core imports none of them. */

/** Flash in equal pages. Erased bytes read 0xFF; a byte is written once between erasures. */
export interface Flash {
  readonly pageBytes: number;
  readonly pageCount: number;
  /** Fills `into` from `offset` of the page; `into.length` bytes must lie within it. */
  read(page: number, offset: number, into: Uint8Array): void;
  /** Writes bytes that have not been written since the page was erased. May be cut at any byte by a power loss. */
  write(page: number, offset: number, bytes: Uint8Array): void;
  /** Sets the page to 0xFF. */
  erase(page: number): void;
}

/** Two clocks. */
export interface Clock {
  /** Milliseconds that only grow, including time asleep. */
  monotonicMs(): number;
  /** Seconds of UTC, 0 until it is set. */
  utcS(): number;
  /** Sets UTC from the receiver. */
  setUtcS(utcS: number): void;
}

/** The satellite receiver. Its bytes come back through Firmware.gnssBytes. */
export interface Gnss {
  start(): void;
  stop(): void;
}

/** MQTT, wherever it runs: in this program or in the modem. What arrives comes back through Firmware. */
export interface Uplink {
  /** Requests a session; Firmware.uplinkUp is called when it is established and the tag's topics are subscribed. */
  connect(): void;
  disconnect(): void;
  /**
   * The other end does not answer: ends the session without waiting for it, and requests another. Absent where `disconnect`
   * and `connect` do that.
   */
  reconnect?(): void;
  /** Sends one message with QoS 0; false when that is not possible now. `bytes` is valid only during the call. */
  publish(topic: string, bytes: Uint8Array): boolean;
}

/** Buzzer and light. */
export interface Indicator {
  buzz(seconds: number): void;
  light(seconds: number): void;
}

/** A radio that receives the beacon at the cat's home, or the owner's Wi-Fi. */
interface Beacon {
  /**
   * Listens until the beacon is received, for half a second at most; the board then turns its radio off and calls
   * Firmware.beaconDetected.
   */
  listen(): void;
}

/** Battery gauge. */
export interface Battery {
  /** 0 to 100. */
  percent(): number;
}

export interface Ports {
  readonly flash: Flash;
  readonly clock: Clock;
  readonly gnss: Gnss;
  readonly uplink: Uplink;
  readonly indicator: Indicator;
  readonly battery: Battery;
  /** Absent on a board that cannot receive one. */
  readonly beacon?: Beacon;
}
