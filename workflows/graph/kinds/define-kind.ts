import { ApplicationFailure } from '@temporalio/workflow';
import type { JsonObject, JsonSchema } from '../../contracts/graph/document';
import type { RunFailureType } from '../../contracts/run/status';
import type { ExpressionType, ExpressionUse, NodeKind } from '../node-kind';

/** Gives up the types of a kind's own data: who works with all kinds has checked the data against the kind's schema. */
export const defineKind = <D extends object, C extends object>(kind: NodeKind<D, C>): NodeKind =>
  kind as unknown as NodeKind;

/** A failure that no further attempt can mend. */
export const failure = (type: RunFailureType, message: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, type);

/** Expressions by name. */
export type Mapping = Record<string, string>;

export function mappingUses(
  path: string,
  mapping: Mapping | undefined,
  types: Readonly<Record<string, ExpressionType | undefined>> = {},
): ExpressionUse[] {
  return Object.entries(mapping ?? {}).map(([name, source]) => {
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    return { path: `${path}.${name}`, source, form: 'expression', ...(type && { type }) };
  });
}

export const template = (path: string, source: string | undefined): ExpressionUse[] =>
  source === undefined ? [] : [{ path, source, form: 'template' }];

// ---- Parts of the kinds' schemas

export const expressionSchema = (description: string, ...examples: string[]): JsonObject => ({
  type: 'string',
  minLength: 1,
  format: 'cel',
  description: `CEL: ${description}`,
  ...(examples.length > 0 && { examples }),
});

export const templateSchema = (description: string, ...examples: string[]): JsonObject => ({
  type: 'string',
  minLength: 1,
  format: 'cel-template',
  description: `${description} Text with {{ CEL }} in it.`,
  ...(examples.length > 0 && { examples }),
});

export const mappingSchema = (description: string, example: JsonObject): JsonObject => ({
  type: 'object',
  propertyNames: { minLength: 1, maxLength: 64 },
  additionalProperties: { type: 'string', minLength: 1, format: 'cel' },
  maxProperties: 100,
  description: `${description} CEL by name.`,
  examples: [example],
});

export const jsonSchemaSchema = (description: string): JsonObject => ({
  type: 'object',
  description: `${description} JSON Schema, draft 2020-12.`,
});

export const seconds = (description: string, maximum: number, example: number): JsonObject => ({
  type: 'number',
  exclusiveMinimum: 0,
  maximum,
  description: `${description} In seconds.`,
  examples: [example],
});

/** An object with exactly these properties, all of them there. */
export const record = (properties: Record<string, JsonSchema>): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
