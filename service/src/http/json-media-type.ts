/** Why a body cannot be plain JSON by its headers. */
export type MediaTypeFault = "media-type" | "content-coding";

const CHARSET = "charset=";
const UTF8: readonly string[] = ["utf-8", '"utf-8"', "utf8", '"utf8"'];

/** Whether a parameter, in lower case, lets the body be UTF-8, as which alone it is read. */
function allowsUtf8(parameter: string): boolean {
  return !parameter.startsWith(CHARSET) || UTF8.includes(parameter.slice(CHARSET.length));
}

/** Whether the headers say application/json (no parameter but another charset matters) without a content coding; the fault if not. */
export function mediaTypeFault(headers: Headers): MediaTypeFault | undefined {
  const parts = (headers.get("content-type") ?? "").split(";").map((part) => part.trim().toLowerCase());
  const [mediaType, ...parameters] = parts;
  if (mediaType !== "application/json" || !parameters.every(allowsUtf8)) return "media-type";
  const coding = (headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  return coding === "identity" ? undefined : "content-coding";
}
