const PREFIX = "purrimeter_bridge_";

interface Count {
  readonly name: string;
  readonly reason: string | undefined;
  readonly count: number;
}

function nameOf(text: string): string {
  return PREFIX + text.replaceAll("-", "_");
}

function countOf([key, count]: readonly [string, number]): Count {
  const dot = key.indexOf(".");
  const [name, reason] = dot < 0 ? [key, undefined] : [key.slice(0, dot), key.slice(dot + 1)];
  return { name: `${nameOf(name)}_total`, reason, count };
}

/**
 * Counts and present sizes in the text format of Prometheus (version 0.0.4): a count `name.reason` becomes the counter
 * `purrimeter_bridge_name_total` with the label `reason`. Names and reasons are constants of the code, so none needs quoting,
 * and none says anything of a tag or an owner.
 */
export function metricsText(
  counts: ReadonlyMap<string, number>,
  gauges: Readonly<Record<string, number>>,
): string {
  const lines: string[] = [];
  for (const [name, value] of Object.entries(gauges))
    lines.push(`# TYPE ${nameOf(name)} gauge`, `${nameOf(name)} ${value}`);
  const byName = Map.groupBy([...counts].sort().map(countOf), ({ name }) => name);
  for (const [name, all] of byName) {
    lines.push(`# TYPE ${name} counter`);
    for (const { reason, count } of all)
      lines.push(`${name}${reason === undefined ? "" : `{reason="${reason}"}`} ${count}`);
  }
  return `${lines.join("\n")}\n`;
}
