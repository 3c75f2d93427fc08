import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { problemSchema } from '../../contract/common.ts';
import type { HttpApp } from '../http-app.ts';
import type { RouteRecord } from '../route-table.ts';
import { createSchemaCollector, type JsonSchema, type SchemaCollector } from './schema-collector.ts';

export type OpenApiDocument = {
  openapi: '3.1.0';
  info: Record<string, unknown>;
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, JsonSchema>>;
};
export type Operation = {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  /** Who may call it: `public`, or the least role. */
  'x-access': string;
  security: Record<string, string[]>[];
  parameters: JsonSchema[];
  requestBody?: JsonSchema;
  responses: Record<string, JsonSchema>;
};

/** The problems any route may answer with, and those that need something of the route. */
const PROBLEMS: { status: number; when: (route: RouteRecord) => boolean }[] = [
  { status: 400, when: (route) => route.schema !== undefined },
  { status: 401, when: (route) => route.access !== 'public' },
  { status: 403, when: () => true },
  { status: 404, when: (route) => route.path.includes(':') },
  { status: 409, when: (route) => route.idempotent },
  { status: 413, when: (route) => route.schema?.body !== undefined },
  { status: 415, when: (route) => route.schema?.body !== undefined },
  { status: 422, when: (route) => route.idempotent },
  { status: 429, when: () => true },
  { status: 500, when: () => true },
  { status: 503, when: () => true },
];

/** The OpenAPI 3.1 document of a server, made from the schemas its routes validate with. */
export function buildOpenApi(app: HttpApp, options: { version: string }): OpenApiDocument {
  const schemas = createSchemaCollector();
  schemas.translate(z.object({ problem: problemSchema }), 'output');
  const shown = app.routeTable.filter((route) => !route.hidden);
  // Answers first: see SchemaCollector.translate.
  for (const route of shown) successesOf(route, schemas);
  const paths: OpenApiDocument['paths'] = {};
  const tags = new Set<string>();
  for (const route of shown) {
    const operation = describeRoute(route, schemas);
    for (const tag of operation.tags) tags.add(tag);
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version: options.version,
      description:
        'Lists answer `{ items, next }`; pass `next` as `cursor`. Times are RFC 3339 in UTC. Errors are ' +
        '`application/problem+json`. A change made with a session cookie needs the header `X-Holdfast-Request: 1`. Where ' +
        '`Idempotency-Key` is taken, a replayed answer carries `Idempotency-Replayed: true`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [...tags].sort().map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', bearerFormat: 'hf_<prefix>_<secret>', description: 'An API key.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'holdfast',
          description: 'The session of a person; `__Host-holdfast` behind https.',
        },
      },
      schemas: Object.fromEntries([...schemas.components].sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

function describeRoute(route: RouteRecord, schemas: SchemaCollector): Operation {
  const body = route.schema?.body as z.ZodType | undefined;
  const tag = /^\/api\/v\d+\/([^/]+)/.exec(route.path)?.[1] ?? 'server';
  const idempotencyKey: JsonSchema = {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'Makes a repeated request answer as the first did, for 24 hours.',
    schema: { type: 'string', maxLength: 255 },
  };
  return {
    operationId: operationIdOf(route),
    tags: [tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    'x-access': route.access,
    security: route.access === 'public' ? [] : [{ key: [] }, { session: [] }],
    parameters: [
      ...parametersOf(route.schema?.params, 'path', schemas),
      ...parametersOf(route.schema?.querystring, 'query', schemas),
      ...parametersOf(route.schema?.headers, 'header', schemas),
      ...(route.idempotent ? [idempotencyKey] : []),
    ],
    ...(body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemas.translate(body, 'input') } },
          },
        }
      : {}),
    responses: { ...successesOf(route, schemas), ...problemsOf(route) },
  };
}

/** `GET /api/v1/keys/:id` → `getKeysById`. */
function operationIdOf({ method, path }: RouteRecord): string {
  const words = path
    .replace(/^\/api\/v1/, '')
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (part.startsWith(':') ? `by-${part.slice(1)}` : part));
  const text = [method.toLowerCase(), ...words].join('-');
  return text.replace(/[^A-Za-z0-9]+(.)?/g, (_all, letter: string | undefined) => letter?.toUpperCase() ?? '');
}

function parametersOf(schema: unknown, place: 'path' | 'query' | 'header', schemas: SchemaCollector): JsonSchema[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const { properties = {}, required = [] } = schemas.translate(schema, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(typeof property['description'] === 'string' ? { description: property['description'] } : {}),
    schema: property,
  }));
}

function successesOf(route: RouteRecord, schemas: SchemaCollector): Record<string, JsonSchema> {
  const answers: Record<string, JsonSchema> = {};
  const declared = Object.entries((route.schema?.response ?? {}) as Record<string, z.ZodType>);
  for (const [status, schema] of declared) {
    const empty = schema instanceof z.ZodVoid || schema instanceof z.ZodNull || schema instanceof z.ZodUndefined;
    answers[status] = {
      description: STATUS_CODES[Number(status)] ?? 'Answer',
      ...(empty ? {} : { content: { 'application/json': { schema: schemas.translate(schema, 'output') } } }),
    };
  }
  const produced = Object.entries(route.produces);
  if (produced.length > 0) {
    const content = Object.fromEntries(
      produced.map(([type, description]) => [type, { schema: { type: 'string', description } }]),
    );
    answers['200'] = { description: 'OK', content };
  }
  if (Object.keys(answers).length === 0) answers['204'] = { description: 'Done' };
  return answers;
}

function problemsOf(route: RouteRecord): Record<string, JsonSchema> {
  const declared = new Set(Object.keys((route.schema?.response ?? {}) as object));
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    PROBLEMS.filter(({ status, when }) => when(route) && !declared.has(String(status))).map(({ status }) => [
      String(status),
      { description: STATUS_CODES[status] ?? 'Problem', content },
    ]),
  );
}
