import type { Breach } from "./breach.ts";
import type { Project } from "./project.ts";

const FILE = "ARCHITECTURE.md";
/** A file of the repository in the second column makes a line a step, and its block a list of steps. */
const STEP = /^(\S*)\s+(\S+\.(?:ts|js))\b(.*)$/;
const SEPARATOR = /^\s*(?:-{4}|={2}).*$/;
/** The rest of what the line above says. */
const CONTINUATION = /^\s{20,}\S/;

interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

/** The lines of each fenced block that has a step; a block with a language is a program's text. */
function stepLines(text: string): Line[][] {
  const blocks: Line[][] = [];
  let block: Line[] | undefined;
  text.split("\n").forEach((line, index) => {
    if (line.startsWith("```")) {
      if (block !== undefined && block[0]?.text === "```") blocks.push(block.slice(1));
      block = block === undefined ? [{ text: line, number: index + 1 }] : undefined;
    } else block?.push({ text: line, number: index + 1 });
  });
  return blocks.filter((lines) => lines.some((line) => STEP.test(line.text)));
}

function faultOfStep(
  project: Project,
  [, name = "", path = "", what = ""]: readonly (string | undefined)[],
): string | undefined {
  const source = project.sources.get(path);
  if (source === undefined) return `names ${path}, which does not exist`;
  if (name === "") return `names ${path} without a function`;
  if (!source.definitions.has(name)) return `names ${name}, which ${path} does not define`;
  return what.trim() === "" ? `does not say what ${name} does` : undefined;
}

function faultOfLine(project: Project, text: string): string | undefined {
  const step = STEP.exec(text);
  if (step !== null) return faultOfStep(project, step);
  if (text.trim() === "" || SEPARATOR.test(text) || CONTINUATION.test(text)) return undefined;
  return `is no step ("function  path  what") and no separator ("----" or "==")`;
}

/**
 * ARCHITECTURE.md lists steps, each `function  path  what it does`, in fenced blocks. A function is named as its file
 * defines it: a top-level function, class or constant, or `Class.method`.
 */
export function checkArchitectureSteps(project: Project): Breach[] {
  const blocks = stepLines(project.texts.get(FILE) ?? "");
  if (blocks.length === 0) return [{ where: FILE, what: "lists no steps" }];
  return blocks.flat().flatMap(({ text, number }) => {
    const what = faultOfLine(project, text);
    return what === undefined ? [] : [{ where: `${FILE}:${number}`, what }];
  });
}
