import { expect, it } from 'vitest';
import { z } from 'zod';
import { createSchemaCollector } from './schema-collector.ts';

const part = z.object({ id: z.string(), any: z.record(z.string(), z.json()) }).meta({ id: 'TestPart' });
const whole = z.object({ parts: z.array(part), limit: z.int().default(5) }).meta({ id: 'TestWhole' });

it('names what has a name, leaves the rest inline, and lets answers gain keys', () => {
  const schemas = createSchemaCollector();
  expect(schemas.translate(z.object({ items: z.array(whole) }), 'output')).toEqual({
    type: 'object',
    properties: { items: { type: 'array', items: { $ref: '#/components/schemas/TestWhole' } } },
    required: ['items'],
  });
  expect([...schemas.components.keys()].sort()).toEqual(['TestPart', 'TestWhole']);
  expect(schemas.components.get('TestPart')).toMatchObject({
    type: 'object',
    properties: { id: { type: 'string' }, any: { type: 'object', additionalProperties: {} } },
    required: ['id', 'any'],
  });
  expect(JSON.stringify([...schemas.components.values()])).not.toContain('"additionalProperties":false');
});

it('gives an input a name of its own only where it differs from the answer', () => {
  const schemas = createSchemaCollector();
  schemas.translate(whole, 'output');
  expect(schemas.translate(whole, 'input')).toEqual({ $ref: '#/components/schemas/TestWholeInput' });
  expect(schemas.translate(part, 'input')).toEqual({ $ref: '#/components/schemas/TestPart' });
  expect(schemas.components.get('TestWhole')!['required']).toEqual(['parts', 'limit']);
  expect(schemas.components.get('TestWholeInput')!['required']).toEqual(['parts']);
});

it('an input that is never an answer keeps its plain name and its strictness', () => {
  const schemas = createSchemaCollector();
  const body = z.strictObject({ name: z.string().default('x') }).meta({ id: 'TestBody' });
  expect(schemas.translate(body, 'input')).toEqual({ $ref: '#/components/schemas/TestBody' });
  expect(schemas.components.get('TestBody')).toMatchObject({ additionalProperties: false });
});
