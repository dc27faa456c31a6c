import { Sides } from "@purrimeter/device/decide-side";

/** What is believed of many tags' geofences, 1,045 bytes each, in one set of arrays that is made when it is first wanted. */
export class SideSlots {
  readonly #capacity: number;
  readonly #free: number[] = [];
  #sides: Sides | undefined;
  #used = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The arrays; memory that no slot has used is not touched. */
  get sides(): Sides {
    return (this.#sides ??= new Sides(this.#capacity));
  }

  /** Slots that can be taken. */
  get left(): number {
    return this.#capacity - this.#used + this.#free.length;
  }

  /** A slot whose side is unknown. There must be one left. */
  take(): number {
    const slot = this.#free.pop() ?? this.#used++;
    this.sides.drop(slot);
    return slot;
  }

  give(slot: number): void {
    this.#free.push(slot);
  }
}
