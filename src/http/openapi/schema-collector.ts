import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

/** Collects the named schemas of a document while schemas are translated; parts without a name stay inline. */
export type SchemaCollector = {
  components: Map<string, JsonSchema>;
  /** @param io `input` is what a caller sends (defaults may be left out), `output` what the server answers */
  translate(schema: z.ZodType, io: 'input' | 'output'): JsonSchema;
};

/** The recursive schema zod has no name for: any JSON value. In OpenAPI 3.1 `true` says the same in one word. */
const UNNAMED = /^__schema\d+$/;

export function createSchemaCollector(): SchemaCollector {
  const components = new Map<string, JsonSchema>();

  const translate = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema => {
    const {
      $schema: _dialect,
      $defs = {},
      ...root
    } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' }) as JsonSchema & {
      $defs?: Record<string, JsonSchema>;
    };
    const names = new Map<string, string>();
    for (const id of Object.keys($defs)) names.set(id, nameFor(id, io, $defs));
    for (const [id, definition] of Object.entries($defs)) {
      const name = names.get(id);
      if (name !== undefined && name !== '') components.set(name, rewrite(definition, names) as JsonSchema);
    }
    return rewrite(root, names) as JsonSchema;
  };

  /** An input that differs from the output of the same name (a default, an unknown key) gets a name of its own. */
  const nameFor = (id: string, io: 'input' | 'output', defs: Record<string, JsonSchema>): string => {
    if (UNNAMED.test(id)) return '';
    if (io === 'output') return id;
    const asOutput = z.globalRegistry._idmap.get(id);
    if (!asOutput) return id;
    const output = z.toJSONSchema(asOutput as z.ZodType, { io: 'output', target: 'draft-2020-12' }) as {
      $defs?: Record<string, JsonSchema>;
    };
    return looseText(output.$defs?.[id]) === looseText(defs[id]) ? id : `${id}Input`;
  };

  return { components, translate };
}

/** A schema's text without what merely says that answers hold no further keys. */
function looseText(schema: unknown): string {
  return JSON.stringify(schema, (key, value: unknown) =>
    key === 'additionalProperties' && value === false ? undefined : value,
  );
}

/** Turns `#/$defs/X` into `#/components/schemas/X`, and references to the unnamed any-value into "anything". */
function rewrite(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((entry) => rewrite(entry, names));
  if (value === null || typeof value !== 'object') return value;
  const { $ref, ...rest } = value as { $ref?: string };
  if (typeof $ref === 'string') {
    const id = $ref.replace('#/$defs/', '');
    const name = names.get(id);
    if (name === undefined) throw new Error(`schema reference ${$ref} leads nowhere`);
    return name === '' ? {} : { $ref: `#/components/schemas/${name}`, ...rest };
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'id' || typeof (value as { id: unknown }).id !== 'string')
      .map(([key, entry]) => [key, rewrite(entry, names)]),
  );
}
