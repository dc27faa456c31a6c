// Records the transcripts of all scenarios on this engine, V8, into golden.json: npm run golden.
import { catTrack, NO_TRACK } from "./cat-track.ts";
import { goldenOf, readGoldens, writeGoldens, type Golden } from "./golden.ts";
import { needsTrack, runScenario, scenarioNames } from "./scenarios/run-scenario.ts";

const before = readGoldens();
const after: Record<string, Golden> = {};
const track = catTrack();
for (const name of scenarioNames()) {
  const old = before[name];
  if (needsTrack(name) && track === undefined) {
    process.stdout.write(`kept as it was, the recorded cats are not here: ${name}\n`);
    if (old !== undefined) after[name] = old;
    continue;
  }
  const lines: string[] = [];
  runScenario(name, track ?? NO_TRACK, (line) => lines.push(line));
  after[name] = goldenOf(lines);
  if (old?.sha256 !== after[name].sha256)
    process.stdout.write(`${old === undefined ? "new" : "changed"}: ${name}\n`);
}
await writeGoldens(after);
process.stdout.write(`${scenarioNames().length} scenarios recorded\n`);
