import { SlipText, slipText } from "../slip-text.ts";

declare const engine: {
  slipText: typeof slipText;
  SlipText: typeof SlipText;
};

engine.slipText = slipText;
engine.SlipText = SlipText;
