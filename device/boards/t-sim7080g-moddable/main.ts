import { Board } from "./board.ts";

// Everything else is preloaded: code that stands in flash takes no memory.
new Board();
