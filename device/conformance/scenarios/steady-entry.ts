import { SteadyFixes } from "./steady-fixes.ts";

/** What an engine's prelude declares before this bundle is evaluated, and calls afterwards. */
declare const engine: {
  makeSteadyFixes: () => SteadyFixes;
};

engine.makeSteadyFixes = () => new SteadyFixes();
