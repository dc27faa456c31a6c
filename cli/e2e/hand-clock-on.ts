import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";

// Preloaded into `purrimeter start` by a test (node --import): a service inherits no environment, so it would have the real time.
// Here each child gets what libfaketime needs, and nothing else.
const faked = Object.entries(process.env).filter(
  ([name]) => name === "LD_PRELOAD" || name.startsWith("FAKETIME"),
);

childProcess.spawn = new Proxy(childProcess.spawn, {
  apply: (spawn, self, [command, args, options]: [string, string[], childProcess.SpawnOptions]) => {
    const env = { ...options.env, ...Object.fromEntries(faked) };
    return Reflect.apply(spawn, self, [command, args, { ...options, env }]) as unknown;
  },
});
syncBuiltinESMExports();
