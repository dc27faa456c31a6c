import { constants, setPriority } from "node:os";
import { text } from "node:stream/consumers";
import { checkDatabase } from "./check-database.ts";
import { openToRead } from "./open-database.ts";

/** Reads every page of the database that standard input names, `{path, key}` in hex, and writes its faults as JSON. */
setPriority(constants.priority.PRIORITY_LOW);
const { path, key } = JSON.parse(await text(process.stdin)) as { path: string; key: string };
const bytes = Buffer.from(key, "hex");
const database = openToRead(path, bytes);
process.stdout.write(JSON.stringify(checkDatabase(database, bytes)));
database.close();
