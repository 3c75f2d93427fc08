import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { deleteOldIdempotencyKeys } from './idempotency-store.ts';
import { runIdempotent } from './run-idempotent.ts';
import { startTestServer, type TestServer } from './testing/start-test-server.ts';

let server: TestServer;
let operator: { authorization: string };
beforeAll(async () => {
  server = await startTestServer({
    routes: (app, deps) => {
      app.post(
        '/api/v1/things',
        {
          config: { access: 'operator', summary: 'Makes a thing', idempotent: true },
          schema: {
            body: z.object({ name: z.string(), slowMs: z.int().default(0), fails: z.boolean().default(false) }),
            response: { 201: z.object({ n: z.int() }) },
          },
        },
        (request, reply) =>
          runIdempotent(deps, request, reply, async (tx) => {
            const made = await sql<{
              n: number;
            }>`insert into things (name) values (${request.body.name}) returning n`.execute(tx);
            await sleep(request.body.slowMs);
            if (request.body.fails) throw new Error('after the effect');
            return { status: 201, body: { n: made.rows[0]!.n } };
          }),
      );
    },
  });
  await server.database.pool.query('create table things (n int generated always as identity primary key, name text)');
  operator = (await server.keyFor('operator')).headers;
});
afterAll(() => server.close());

const post = (key: string | undefined, payload: object, headers = operator) =>
  server.app.inject({
    method: 'POST',
    url: '/api/v1/things',
    headers: { ...headers, ...(key === undefined ? {} : { 'idempotency-key': key }) },
    payload,
  });
const countOf = async (name: string) =>
  (await server.database.pool.query('select from things where name = $1', [name])).rows.length;

it('a repeated request has one effect and the first answer', async () => {
  const first = await post('a', { name: 'one' });
  const again = await post('a', { name: 'one' });
  expect([first.statusCode, again.statusCode, again.json()]).toEqual([201, 201, first.json()]);
  expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([undefined, 'true']);
  expect(await countOf('one')).toBe(1);
});

it('without the header every request has its effect', async () => {
  await post(undefined, { name: 'free' });
  await post(undefined, { name: 'free' });
  expect(await countOf('free')).toBe(2);
});

it('another body under the same key is refused', async () => {
  await post('b', { name: 'two' });
  const other = await post('b', { name: 'three' });
  expect(other.json()).toMatchObject({ status: 422, code: 'idempotency.body-differs' });
  expect(await countOf('three')).toBe(0);
});

it('while the first is under way the second is told so', async () => {
  const slow = post('c', { name: 'slow', slowMs: 300 });
  await sleep(100);
  expect((await post('c', { name: 'slow', slowMs: 300 })).json()).toMatchObject({
    status: 409,
    code: 'idempotency.in-flight',
  });
  expect((await slow).statusCode).toBe(201);
  expect(await countOf('slow')).toBe(1);
});

it('of many at once one has the effect', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => post('d', { name: 'race', slowMs: 20 })));
  expect(new Set(answers.map((answer) => answer.statusCode))).toEqual(new Set([201, 409]));
  expect(await countOf('race')).toBe(1);
});

it('a failure stores nothing, so the key may try again', async () => {
  expect((await post('e', { name: 'failing', fails: true })).statusCode).toBe(500);
  expect(await countOf('failing')).toBe(0);
  expect((await post('e', { name: 'failing' })).statusCode).toBe(201);
});

it('each caller has keys of its own', async () => {
  const other = (await server.keyFor('operator')).headers;
  await post('f', { name: 'mine' });
  expect((await post('f', { name: 'mine' }, other)).headers['idempotency-replayed']).toBeUndefined();
  expect(await countOf('mine')).toBe(2);
});

it('after a day a key is new again', async () => {
  await post('g', { name: 'old' });
  await server.database.pool.query(
    `update idempotency_keys set created_at = created_at - interval '25 hours' where key = 'g'`,
  );
  expect((await post('g', { name: 'old' })).headers['idempotency-replayed']).toBeUndefined();
  await server.database.pool.query(
    `update idempotency_keys set created_at = created_at - interval '25 hours' where key = 'g'`,
  );
  expect(await deleteOldIdempotencyKeys(server.database.db)).toBe(1);
});

it.each(['', ' ', 'x'.repeat(256), 'schön'])('refuses the key "%s"', async (key) => {
  expect((await post(key, { name: 'never' })).json()).toMatchObject({ status: 400, code: 'idempotency.key-malformed' });
});
