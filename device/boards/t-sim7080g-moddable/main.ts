import { Board } from "./board.ts";

/** Set by the build: as in FirmwareOptions. */
declare const BUILT_AT_S: number;

// Everything else is preloaded: code in flash takes no memory.
new Board(BUILT_AT_S);
