/** Why a body cannot be plain JSON by its headers. */
export type MediaTypeFault = "media-type" | "content-coding";

/** Whether the headers say application/json (parameters do not matter) without a content coding; the fault if not. */
export function mediaTypeFault(headers: Headers): MediaTypeFault | undefined {
  const mediaType = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") return "media-type";
  const coding = (headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  return coding === "identity" ? undefined : "content-coding";
}
