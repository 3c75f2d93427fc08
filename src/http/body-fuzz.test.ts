import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OpenApiDocument } from './openapi/build-openapi.ts';
import { startTestServer, type TestServer } from './testing/start-test-server.ts';

const RUNS = 12;

let server: TestServer;
let routes: { name: string; method: 'POST'; path: string; properties: string[]; query: string[] }[];
let headers: { authorization: string };
beforeAll(async () => {
  server = await startTestServer();
  headers = (await server.keyFor('admin')).headers;
  const document = (await server.app.inject({ url: '/openapi.json' })).json() as OpenApiDocument;
  const schemas = document.components['schemas'] as Record<string, { properties?: object }>;
  routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => !JSON.stringify(operation.responses).includes('text/event-stream'))
      .map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase() as 'POST',
        path,
        properties: [...JSON.stringify(operation.requestBody ?? {}).matchAll(/schemas\/(\w+)"/g)].flatMap(([, name]) =>
          Object.keys(schemas[name!]?.properties ?? {}),
        ),
        query: operation.parameters
          .filter((parameter) => parameter['in'] === 'query')
          .map((parameter) => String(parameter['name'])),
      })),
  );
});
afterAll(() => server.close());

// Text that databases, parsers and paths stumble over.
const nasty = fc.constantFrom(
  '\u0000',
  '\ud800',
  "'; drop table users; --",
  '../../etc/passwd',
  '%00',
  '{{7*7}}',
  '\u202e',
  'a'.repeat(5_000),
  '-1',
  '1e999',
  'NaN',
);
const text = fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 40 }));
const value = fc.oneof(
  text,
  fc.jsonValue({ maxDepth: 2 }),
  fc.integer(),
  fc.double(),
  fc.constant(null),
  fc.constant(Number.MAX_SAFE_INTEGER),
);

it('no body, query or path makes the server fail', async () => {
  for (const route of routes) {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.dictionary(fc.oneof(fc.constantFrom(...route.properties, 'x'), text), value, { maxKeys: 6 }),
          fc.jsonValue(),
        ),
        fc.dictionary(fc.constantFrom(...route.query, 'limit', 'cursor'), text, { maxKeys: 3 }),
        text,
        async (body, query, segment) => {
          const search = Object.entries(query).map(
            ([name, entry]) => `${name}=${encodeURIComponent(entry.toWellFormed())}`,
          );
          const path = route.path.replace(/\{\w+\}/g, encodeURIComponent(segment.toWellFormed()) || 'x');
          const answer = await server.app.inject({
            method: route.method,
            url: `${path}?${search.join('&')}`,
            headers: { ...headers, 'content-type': 'application/json' },
            ...(route.method === ('GET' as string) ? {} : { payload: JSON.stringify(body) }),
          });
          expect(answer.statusCode, `${route.name}: ${answer.body.slice(0, 200)}`).toBeLessThan(500);
          if (answer.statusCode >= 400) expect(answer.headers['content-type']).toContain('application/problem+json');
        },
      ),
      { numRuns: RUNS },
    );
  }
}, 60_000);

it('no bytes in place of JSON make the server fail', async () => {
  const posts = routes.filter((route) => route.properties.length > 0);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...posts), fc.uint8Array({ maxLength: 200 }), async (route, bytes) => {
      const answer = await server.app.inject({
        method: route.method,
        url: route.path.replace(/\{\w+\}/g, 'x'),
        headers: { ...headers, 'content-type': 'application/json' },
        payload: Buffer.from(bytes),
      });
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.statusCode).toBeLessThan(500);
    }),
    { numRuns: 60 },
  );
});
