import { ScriptedSession } from "./scripted-session.ts";

/** What the engine's prelude declares before this bundle is evaluated, and calls afterwards. */
declare const engine: { makeSession: () => ScriptedSession };

engine.makeSession = () => new ScriptedSession();
