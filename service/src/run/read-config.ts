import { readFileSync } from "node:fs";
import type { z } from "zod";

/** Reads a configuration file. Throws an error whose message is one line that names each wrong field, and no value. */
export function readConfig<Config>(file: string, schema: z.ZodType<Config>): Config {
  const result = schema.safeParse(parseFile(file));
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.join(".") || "file"}: ${message}`);
  throw new Error(`${file}: ${faults.join("; ")}`);
}

function parseFile(file: string): unknown {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`${file} cannot be read`, { cause: error });
  }
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    throw new Error(`${file} is not JSON`, { cause: error });
  }
}
