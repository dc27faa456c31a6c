import type { AnswerEntry, TransitionEntry } from "@purrimeter/protocol/entry";
import { DayRoom } from "./day-room.ts";
import type { NumberState } from "./number-spans.ts";
import { PieceSplitter, type Piece } from "./piece-splitter.ts";
import { PieceWriter } from "./piece-codec.ts";

/** A transition that is new. */
export interface EventChange {
  readonly number: number;
  readonly entry: TransitionEntry;
  readonly keepDay: number;
  /** A piece of this entry alone. Valid until the changes are cleared. */
  readonly bytes: Uint8Array;
  /** Whether its owner is to be alerted: not when it is doubted. */
  readonly isBelieved: boolean;
}

/** An answer to a command that is new. */
export interface AnswerChange {
  readonly number: number;
  readonly entry: AnswerEntry;
  readonly keepDay: number;
}

/** Both ends included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** An epoch that is not the present one any more. */
export interface LeftEpoch {
  readonly epoch: number;
  readonly numbers: NumberState;
  /** When the report came that began another one, seconds of UTC. */
  readonly at: number;
}

/**
 * What a report changes beside the tag's progress. One object, filled anew for each report: the lists and the memory of
 * the bytes are made once.
 */
export class ReportChanges {
  readonly pieces: Piece[] = [];
  readonly events: EventChange[] = [];
  readonly answers: AnswerChange[] = [];
  /** Numbers that will never come. */
  readonly holes: NumberRange[] = [];
  /** Numbers that came after all, if they were in holes. */
  filled: NumberRange | undefined;
  leftEpoch: LeftEpoch | undefined;
  readonly splitter = new PieceSplitter(this.pieces);
  readonly eventWriter = new PieceWriter();
  readonly dayRoom = new DayRoom();

  clear(): void {
    empty(this.pieces);
    empty(this.events);
    empty(this.answers);
    empty(this.holes);
    this.filled = undefined;
    this.leftEpoch = undefined;
    this.splitter.clear();
    this.eventWriter.clear();
  }
}

/** Keeps the list's memory, which a length of 0 would give up: every report fills it again. */
function empty(list: unknown[]): void {
  while (list.length > 0) list.pop();
}
