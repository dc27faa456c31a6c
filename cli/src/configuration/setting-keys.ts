import { z } from "zod";

/** One key of the settings, as JSON Schema describes what may be written there. */
export interface SettingKey {
  /** Like "api.rates.owner.burst". */
  readonly path: string;
  readonly schema: SettingJsonSchema;
}

/** The words of JSON Schema that are used here. */
export interface SettingJsonSchema {
  readonly type?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, SettingJsonSchema>>;
}

/** All keys of a schema, sections before what they hold. */
export function settingKeys(schema: z.ZodType): readonly SettingKey[] {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as SettingJsonSchema;
  return keysBelow("", json);
}

function keysBelow(prefix: string, { properties = {} }: SettingJsonSchema): SettingKey[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = `${prefix}${name}`;
    return [{ path, schema }, ...keysBelow(`${path}.`, schema)];
  });
}
