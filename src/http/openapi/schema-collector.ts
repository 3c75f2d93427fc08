import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

/** Collects the named schemas of a document while schemas are translated; parts without a name stay inline. */
export type SchemaCollector = {
  components: Map<string, JsonSchema>;
  /**
   * Translate what the server answers before what it takes: an input that differs from the answer of the same name (a
   * default, a key that may be left out) is then named `…Input`.
   */
  translate(schema: z.ZodType, io: 'input' | 'output'): JsonSchema;
};

/** The recursive schema zod has no name for: any JSON value, which an empty schema says in fewer words. */
const UNNAMED = /^__schema\d+$/;

export function createSchemaCollector(): SchemaCollector {
  const components = new Map<string, JsonSchema>();
  /** What each component was made of, to know it again. */
  const sources = new Map<string, string>();

  const nameFor = (id: string, source: string): string | null => {
    if (UNNAMED.test(id)) return null;
    const known = sources.get(id);
    return known === undefined || known === source ? id : `${id}Input`;
  };

  return {
    components,
    translate(schema, io) {
      const translated = z.toJSONSchema(schema, { io, target: 'draft-2020-12' }) as JsonSchema & {
        $defs?: Record<string, JsonSchema>;
      };
      const { $schema: _dialect, $defs = {}, ...root } = translated;
      const definitions = Object.entries($defs).map(([id, definition]) => {
        const open = io === 'output' ? leaveOpen(definition) : definition;
        const source = JSON.stringify(leaveOpen(definition));
        return { id, definition: open, source, name: nameFor(id, source) };
      });
      const names = new Map(definitions.map(({ id, name }) => [id, name]));
      for (const { name, definition, source } of definitions) {
        if (name === null || components.has(name)) continue;
        sources.set(name, source);
        components.set(name, pointToComponents(definition, names) as JsonSchema);
      }
      return pointToComponents(io === 'output' ? leaveOpen(root) : root, names) as JsonSchema;
    },
  };
}

/** Answers may gain keys in later versions: a client that refuses unknown ones would break on them. */
function leaveOpen<Value>(value: Value): Value {
  return JSON.parse(
    JSON.stringify(value, (key, entry: unknown) =>
      key === 'additionalProperties' && entry === false ? undefined : entry,
    ),
  ) as Value;
}

/** Turns `#/$defs/X` into `#/components/schemas/X`, and references to the unnamed any-value into "anything". */
function pointToComponents(value: unknown, names: ReadonlyMap<string, string | null>): unknown {
  if (Array.isArray(value)) return value.map((entry) => pointToComponents(entry, names));
  if (value === null || typeof value !== 'object') return value;
  const { $ref, ...rest } = value as { $ref?: unknown };
  if (typeof $ref === 'string') {
    const name = names.get($ref.replace('#/$defs/', ''));
    if (name === undefined) throw new Error(`schema reference ${$ref} leads nowhere`);
    return name === null ? {} : { $ref: `#/components/schemas/${name}`, ...rest };
  }
  return Object.fromEntries(
    Object.entries(value)
      // The name zod repeats inside of a schema; a property called "id" is an object, not a text.
      .filter(([key, entry]) => key !== 'id' || typeof entry !== 'string')
      .map(([key, entry]) => [key, pointToComponents(entry, names)]),
  );
}
