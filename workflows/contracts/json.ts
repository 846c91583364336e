export type Json = null | boolean | number | string | Json[] | JsonObject;

export interface JsonObject {
  [name: string]: Json;
}

/** JSON Schema, draft 2020-12, as users write it. */
export type JsonSchema = JsonObject;
