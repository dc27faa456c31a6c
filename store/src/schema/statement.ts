import { statementsOf } from "@purrimeter/database/statement";
import type { Schema } from "./schema.ts";

/** Compiles and prepares a query of the location database. */
export const statement = statementsOf<Schema>();
