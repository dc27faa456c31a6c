/* Glue to native/light-sleep.c; xsc binds `native` by name. */

/** Milliseconds since the start, including time asleep. */
export function uptimeMs(): number {
  return native("xs_tag_uptime").call(undefined) as number;
}

/** Sleeps until the time has passed or the pin is low; true when it was the pin. The memory is kept. */
export function lightSleep(ms: number, pin: number): boolean {
  return native("xs_tag_light_sleep").call(undefined, ms, pin) as boolean;
}

/** Keeps an output as it is while the processor sleeps. */
export function hold(pin: number, isHeld: boolean): void {
  native("xs_tag_hold").call(undefined, pin, isHeld);
}
