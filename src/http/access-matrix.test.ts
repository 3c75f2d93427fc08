import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES, roleCovers } from '../contract/identity.ts';
import type { OpenApiDocument } from './openapi/build-openapi.ts';
import { startTestServer, type TestServer } from './testing/start-test-server.ts';

/** Walks every route of the API document: what one adds later is covered without touching this file. */
let server: TestServer;
let document: OpenApiDocument;
beforeAll(async () => {
  server = await startTestServer();
  document = (await server.app.inject({ url: '/openapi.json' })).json() as OpenApiDocument;
});
afterAll(() => server.close());

const routes = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase() as 'GET',
      url: path.replace(/\{\w+\}/g, 'none_0'),
      operation,
    })),
  );

describe('who may call what', () => {
  it('sees the routes there are', () => {
    expect(routes().length).toBeGreaterThan(20);
    expect(routes().some((route) => route.operation['x-access'] === 'admin')).toBe(true);
  });

  it('refuses every route that is not public without a credential, and with a made-up one', async () => {
    for (const { name, method, url, operation } of routes()) {
      if (operation['x-access'] === 'public') continue;
      for (const headers of [
        {},
        { authorization: `Bearer hf_aaaaaaaa_${'b'.repeat(52)}` },
        { cookie: 'holdfast=hfs_x' },
      ]) {
        const answer = await server.app.inject({ method, url, headers });
        expect(answer.statusCode, `${name} with ${JSON.stringify(headers)}`).toBe(401);
        expect(answer.headers['content-type'], name).toContain('application/problem+json');
      }
    }
  });

  it.each(ROLES)('a %s is refused everything above that role, and nothing at it', async (role) => {
    const { headers } = await server.keyFor(role);
    for (const { name, method, url, operation } of routes()) {
      const needed = operation['x-access'];
      if (needed === 'public' || operation.responses['200']?.['content']?.['text/event-stream' as never]) continue;
      const answer = await server.app.inject({ method, url, headers });
      const allowed = roleCovers(role, needed as (typeof ROLES)[number]);
      if (allowed) expect([401, 403], `${name} as ${role}`).not.toContain(answer.statusCode);
      else expect(answer.statusCode, `${name} as ${role}`).toBe(403);
      expect(answer.statusCode, `${name} as ${role}`).toBeLessThan(500);
    }
  });

  it('documents a problem for what can go wrong, and needs a key where it says so', () => {
    for (const { name, operation } of routes()) {
      expect(operation.summary, name).not.toBe('');
      expect(operation.responses['500'], name).toBeDefined();
      expect(operation.security.length > 0, name).toBe(operation['x-access'] !== 'public');
    }
    const ids = routes().map((route) => route.operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has a readable page that names every route and asks nothing from outside', async () => {
    const { body } = await server.app.inject({ url: '/docs' });
    for (const path of Object.keys(document.paths)) expect(body).toContain(`<code>${path}</code>`);
    expect(body).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(body).not.toContain('<script');
  });

  it('every reference of the document leads somewhere', () => {
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      expect(Object.keys(document.components['schemas']!)).toContain(name);
    }
    expect(text).not.toContain('$defs');
  });
});
