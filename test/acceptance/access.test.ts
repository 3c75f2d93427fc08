import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES, type Role, roleCovers } from '../../src/contract/identity.ts';
import { PUBLIC_ROUTES } from '../../src/http/public-routes.ts';
import { createTestDatabase } from '../harness/postgres.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';

type Operation = { 'x-access': 'public' | Role };
type Api = { paths: Record<string, Record<string, Operation>> };
type Route = { method: string; path: string; access: 'public' | Role };

/** Far more than an answer takes: machines that run tests stall. */
const CALL_LIMIT_MS = 20_000;

const folder = mkdtempSync(join(tmpdir(), 'holdfast-access-'));
let first: ServerProcess;
let second: ServerProcess;
let routes: Route[];

async function createKey(role: Role): Promise<{ id: string; key: string }> {
  const created = await first.api<Record<string, unknown>>('POST', '/api/v1/keys', {
    name: `key-${role}-${Math.random().toString(36).slice(2, 8)}`,
    role,
  });
  const key = Object.values(created).find((value) => typeof value === 'string' && /^hf_.{20,}/.test(value));
  return { id: String((created['key'] as { id?: string } | undefined)?.id ?? created['id']), key: String(key) };
}

async function call(server: ServerProcess, route: Pick<Route, 'method' | 'path'>, key: string | null): Promise<number> {
  const path = route.path.replaceAll(/\{[^}]+\}/g, 'nothing-of-this-name');
  const response = await fetch(`${server.address}${path}`, {
    method: route.method.toUpperCase(),
    headers: {
      ...(key ? { authorization: `Bearer ${key}` } : {}),
      ...(route.method === 'get' ? {} : { 'content-type': 'application/json' }),
    },
    signal: AbortSignal.timeout(CALL_LIMIT_MS),
    ...(route.method === 'get' || route.method === 'delete' ? {} : { body: '{}' }),
  });
  await response.body?.cancel();
  return response.status;
}

beforeAll(async () => {
  const database = await createTestDatabase();
  const config = {
    databaseUrl: database.connectionString,
    databasePoolMax: 6,
    rateLimits: { clientRps: 100_000, globalRps: 100_000, globalBurst: 100_000 },
  };
  first = await startServerProcess({ folder, config, name: 'first' });
  mkdirSync(join(folder, 'second'), { mode: 0o700 });
  cpSync(join(folder, 'first', 'keys'), join(folder, 'second', 'keys'), { recursive: true });
  second = await startServerProcess({ folder, config, name: 'second' });
  const api = (await (await fetch(`${first.address}/openapi.json`)).json()) as Api;
  routes = Object.entries(api.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method, path, access: operation['x-access'] })),
  );
});
afterAll(async () => {
  await Promise.all([first?.stop(), second?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

describe('every route of the API document', () => {
  it('is refused to a stranger unless it stands in the list of public routes', async () => {
    expect(routes.length).toBeGreaterThan(50);
    for (const route of routes) {
      const status = await call(first, route, null);
      const listed = PUBLIC_ROUTES.has(`${route.method.toUpperCase()} ${route.path.replaceAll(/\{([^}]+)\}/g, ':$1')}`);
      expect(listed, `${route.method} ${route.path}`).toBe(route.access === 'public');
      // Hooks of other programs show a signature instead of an account.
      const isClosed = route.access !== 'public' || route.path.startsWith('/hooks/');
      expect([401, 403].includes(status), `${route.method} ${route.path} answered ${status}`).toBe(isClosed);
    }
  });

  it.each(ROLES.slice(0, -1))('is refused to a %s unless that role is enough', async (role) => {
    const { key } = await createKey(role);
    for (const route of routes) {
      if (route.access === 'public') continue;
      const status = await call(first, route, key);
      if (roleCovers(role, route.access)) expect([401, 403], `${route.method} ${route.path}`).not.toContain(status);
      else expect(status, `${route.method} ${route.path}`).toBe(403);
      expect(status, `${route.method} ${route.path}`).toBeLessThan(500);
    }
  });
});

it('a revoked key is refused on another replica within a second', async () => {
  const { id, key } = await createKey('viewer');
  const read = { method: 'get', path: '/api/v1/incidents' };
  expect(await call(second, read, key)).toBe(200);
  await fetch(`${first.address}/api/v1/keys/${id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${first.token}` },
  });
  await expect.poll(() => call(second, read, key), { timeout: 1_000, interval: 25 }).toBe(401);
});
