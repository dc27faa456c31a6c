import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import { spend } from "../edge/spend.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { EARLIEST, LATEST, stretchSchema } from "../lists/list-query.ts";
import { orNotFound, tagParamsSchema } from "../lists/or-not-found.ts";
import { FILE_FORMATS, locationFile, MEDIA_TYPES, type FileFormat } from "./location-file.ts";
import { locationPages, streamOf } from "./location-pages.ts";

const DESCRIPTION = `Everything that is kept, or from \`from\` to \`to\`, both included, as one file. GPX 1.1 has what is not
believed as a track of its own; in GeoJSON and CSV such a location has \`suspect\`. What cannot be read is named with its time
(\`withheld\`, \`unreadable\`). The file is made while it is sent; when the connection ends early, ask again. An account may
ask for 20 files at once and for ten an hour after that.`;

const querySchema = stretchSchema({
  format: z.enum(FILE_FORMATS, { error: "The format is gpx, geojson or csv." }),
});

const text = { schema: z.string() };

const exportRoute = createRoute({
  method: "get",
  path: "/tags/{id}/export",
  operationId: "exportLocations",
  summary: "A tag's locations as a file",
  description: DESCRIPTION,
  tags: ["locations"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema, query: querySchema },
  responses: {
    200: {
      description: "The file.",
      content: {
        [MEDIA_TYPES.gpx]: text,
        [MEDIA_TYPES.geojson]: { schema: z.looseObject({ type: z.literal("FeatureCollection") }) },
        [MEDIA_TYPES.csv]: text,
      },
    },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "not-found"),
  },
});

/** What a browser saves it as: nothing of a name goes into the header. */
function headersOf(format: FileFormat): Record<string, string> {
  return {
    "Content-Type": MEDIA_TYPES[format],
    "Content-Disposition": `attachment; filename="locations.${format}"`,
    "X-Accel-Buffering": "no",
  };
}

/** /v1/tags/{id}/export. */
export function tagExportRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid }).openapi(exportRoute, async (c) => {
    const { id } = c.req.valid("param");
    const { format, from = EARLIEST, to = LATEST } = c.req.valid("query");
    const view = c.get("view");
    orNotFound(await view.tag(id));
    if (c.req.method === "HEAD") return c.body("", 200, headersOf(format));
    spend(deps.exportRates, c.get("owner"));
    orNotFound(await view.recordExport(id));
    deps.alarms.observe({ event: "locations.exported", account: c.get("owner"), tag: id });
    const pages = () => locationPages(view, id, { from, to });
    return c.body(streamOf(locationFile(format, id, pages)), 200, headersOf(format));
  });
}
