import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../../platform/clock/manual-clock.ts';
import { SESSION_IDLE_MS } from '../../platform/identity/credential-resolver.ts';
import { ensureFirstAdmin } from '../../platform/identity/first-admin.ts';
import { pruneIdentity } from '../../platform/identity/prune-identity.ts';
import { linkUrl } from '../../platform/identity/sign-in-links.ts';
import { CSRF_HEADER } from '../auth/authenticate.ts';
import { startTestServer, type TestServer } from '../testing/start-test-server.ts';

const PASSWORD = 'correct horse battery';
const clock = createManualClock(new Date('2030-05-01T08:00:00.000Z'));
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ deps: { clock, cliToken: 'hfc_local' } });
});
afterAll(() => server.close());
beforeEach(() => {
  // What the resolver remembers for a second belongs to real time, not to this clock.
  server.wakeups.kick('identity');
});

type Answer = { statusCode: number; headers: Record<string, unknown>; json(): Record<string, never> };
const sessionOf = (answer: Answer) => {
  const cookie = String(answer.headers['set-cookie']);
  return { cookie: cookie.split(';', 1)[0]!, [CSRF_HEADER]: '1' };
};
const signIn = (name: string, password: string, remoteAddress = '127.0.0.1') =>
  server.app.inject({
    method: 'POST',
    url: '/api/v1/session',
    payload: { name, password },
    remoteAddress,
  }) as Promise<Answer>;
const call = (
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT',
  url: string,
  headers: Record<string, string>,
  payload?: object,
) => server.app.inject({ method, url, headers, ...(payload ? { payload } : {}) }) as Promise<Answer>;
const auditKinds = async () =>
  (await server.database.pool.query<{ kind: string }>('select kind from outbox order by id')).rows.map(
    (row) => row.kind,
  );
const cli = { authorization: 'Bearer hfc_local' };

describe('the first start', () => {
  it('gives a one-time link, and each further start a new one in its place until it was used', async () => {
    const first = await ensureFirstAdmin(server.deps);
    const second = await ensureFirstAdmin(server.deps);
    expect(second).toMatchObject({ name: 'admin' });
    expect(linkUrl('http://x/', second!.token)).toBe(`http://x/sign-in#token=${second!.token}`);

    const stale = await call('POST', '/api/v1/session/link', {}, { token: first!.token, password: PASSWORD });
    expect([stale.statusCode, stale.json()['code']]).toEqual([401, 'auth.link-unknown']);
    const inspected = await call('POST', '/api/v1/session/link/inspect', {}, { token: second!.token });
    expect(inspected.json()).toEqual({ name: 'admin', role: 'admin', expiresAt: '2030-05-02T08:00:00.000Z' });

    const both = await Promise.all(
      [1, 2].map(() => call('POST', '/api/v1/session/link', {}, { token: second!.token, password: PASSWORD })),
    );
    expect(both.map((answer) => answer.statusCode).sort()).toEqual([200, 401]);
    const used = both.find((answer) => answer.statusCode === 200)!;
    expect(used.headers['set-cookie']).toMatch(
      /^holdfast=hfs_\w+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=604800$/,
    );
    expect(await ensureFirstAdmin(server.deps)).toBeNull();

    const me = await call('GET', '/api/v1/session', sessionOf(used));
    expect(me.json()).toMatchObject({ actor: 'user:admin', role: 'admin', by: 'session', singleUser: true });
    expect(await auditKinds()).toEqual(['user.created', 'user.link-issued', 'user.link-issued', 'user.signed-in']);
  });

  it('marks the cookie secure and for this host alone behind https', async () => {
    const other = await startTestServer({ deps: { clock }, config: { externalUrl: 'https://ops.example' } });
    const { token } = (await ensureFirstAdmin(other.deps))!;
    const answer = await other.app.inject({
      method: 'POST',
      url: '/api/v1/session/link',
      payload: { token, password: PASSWORD },
    });
    await other.close();
    expect(answer.headers['set-cookie']).toMatch(
      /^__Host-holdfast=hfs_\w+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+; Secure$/,
    );
  });
});

describe('signing in', () => {
  it('refuses an unknown name and a wrong password in the same words', async () => {
    const unknown = await signIn('nobody', PASSWORD);
    const wrong = await signIn('admin', 'wrong password');
    const { requestId: _a, ...first } = unknown.json() as Record<string, unknown>;
    const { requestId: _b, ...second } = wrong.json() as Record<string, unknown>;
    expect([unknown.statusCode, first]).toEqual([401, second]);
  });

  it('takes as long for an unknown name as for a known one', async () => {
    const timeOf = async (name: string, address: string) => {
      const times: number[] = [];
      for (let i = 0; i < 7; i += 1) {
        const startedAtMs = performance.now();
        await signIn(name, 'wrong password', address);
        times.push(performance.now() - startedAtMs);
      }
      return times.sort((a, b) => a - b)[3]!;
    };
    const known = await timeOf('admin', '192.0.2.1');
    const unknown = await timeOf('ghost', '192.0.2.2');
    // The work is one argon2 of tens of milliseconds either way; without it the unknown name would take about one.
    expect(unknown).toBeGreaterThan(known / 3);
  });

  it('stops taking guesses after ten, says when it takes the next, and records it once', async () => {
    const codes: number[] = [];
    for (let i = 0; i < 12; i += 1) codes.push((await signIn('admin', `guess number ${i}`, '198.51.100.7')).statusCode);
    expect(codes).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    const limited = await signIn('admin', PASSWORD, '198.51.100.7');
    expect(limited.json()).toMatchObject({ code: 'sign-in.limited', detail: expect.stringContaining('15 min') });
    expect(limited.headers['retry-after']).toBe('900');
    expect((await signIn('admin', PASSWORD, '203.0.113.9')).statusCode).toBe(200);
    clock.advanceBy(15 * 60_000);
    expect((await signIn('admin', PASSWORD, '198.51.100.7')).statusCode).toBe(200);
    const { rows } = await server.database.pool.query(
      `select from outbox where body ->> 'detail' like 'too many attempts%198.51.100.7'`,
    );
    expect(rows).toHaveLength(1);
  });

  it('takes a password typed in another normal form of the same characters', async () => {
    const made = await call('POST', '/api/v1/users', cli, { name: 'zoe', role: 'viewer' });
    const { link } = made.json() as unknown as { link: { token: string } };
    await call('POST', '/api/v1/session/link', {}, { token: link.token, password: 'Zo\u00eb\u2019s caf\u00e9 key' });
    expect((await signIn('zoe', 'Zoe\u0308\u2019s cafe\u0301 key')).statusCode).toBe(200);
  });

  it('ends with signing out, and after a day without use', async () => {
    const session = sessionOf(await signIn('admin', PASSWORD));
    expect((await call('DELETE', '/api/v1/session', session)).statusCode).toBe(204);
    expect((await call('GET', '/api/v1/session', session)).json()).toMatchObject({ code: 'auth.unknown' });
    const idle = sessionOf(await signIn('admin', PASSWORD));
    clock.advanceBy(SESSION_IDLE_MS + 1);
    server.wakeups.kick('identity');
    expect((await call('GET', '/api/v1/session', idle)).json()).toMatchObject({ code: 'auth.expired' });
  });

  it('a changed password ends the person’s other sessions', async () => {
    const [kept, other] = [
      sessionOf(await signIn('zoe', 'Zo\u00eb\u2019s caf\u00e9 key')),
      sessionOf(await signIn('zoe', 'Zo\u00eb\u2019s caf\u00e9 key')),
    ];
    const wrong = await call('PUT', '/api/v1/session/password', kept, { current: 'not this one', password: PASSWORD });
    expect(wrong.statusCode).toBe(403);
    const changed = await call('PUT', '/api/v1/session/password', kept, {
      current: 'Zo\u00eb\u2019s caf\u00e9 key',
      password: PASSWORD,
    });
    expect(changed.statusCode).toBe(204);
    expect((await call('GET', '/api/v1/session', kept)).statusCode).toBe(200);
    expect((await call('GET', '/api/v1/session', other)).statusCode).toBe(401);
    expect((await signIn('zoe', PASSWORD)).statusCode).toBe(200);
  });
});

describe('forged requests', () => {
  it('a change with a session cookie needs our header; with a key it does not', async () => {
    const { cookie } = sessionOf(await signIn('admin', PASSWORD));
    const forged = await call('POST', '/api/v1/keys', { cookie }, { name: 'forged', role: 'admin' });
    expect([forged.statusCode, forged.json()['code']]).toEqual([403, 'csrf.header-missing']);
    const read = await call('GET', '/api/v1/keys', { cookie });
    expect(read.statusCode).toBe(200);
  });

  it('a sign-in from another site’s page is refused', async () => {
    const headers = { origin: 'https://evil.example' };
    const answer = await call('POST', '/api/v1/session', headers, { name: 'admin', password: PASSWORD });
    expect(answer.json()).toMatchObject({ status: 403, code: 'origin.denied' });
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('without authentication a page still cannot change anything without our header', async () => {
    const open = await startTestServer({ config: { noAuth: true } });
    const payload = { name: 'k', role: 'viewer' };
    const me = await open.app.inject({ url: '/api/v1/session' });
    const page = await open.app.inject({
      method: 'POST',
      url: '/api/v1/keys',
      headers: { origin: 'http://localhost', host: 'localhost' },
      payload,
    });
    const ours = await open.app.inject({
      method: 'POST',
      url: '/api/v1/keys',
      headers: { origin: 'http://localhost', host: 'localhost', [CSRF_HEADER]: '1' },
      payload,
    });
    await open.close();
    expect(me.json()).toMatchObject({ actor: 'user:local', role: 'admin', by: 'no-auth' });
    expect([page.statusCode, ours.statusCode]).toEqual([403, 201]);
  });
});

describe('users', () => {
  it('the last administrator who can sign in is neither disabled nor demoted, also by two at once', async () => {
    const [admin] = (
      (await call('GET', '/api/v1/users?name=admin', cli)).json() as unknown as { items: { id: string }[] }
    ).items;
    const url = `/api/v1/users/${admin!.id}`;
    expect((await call('PATCH', url, cli, { role: 'viewer' })).json()).toMatchObject({
      status: 409,
      code: 'user.last-admin',
    });
    expect((await call('PATCH', url, cli, { disabled: true })).json()).toMatchObject({ status: 409 });

    // An invited administrator counts only once there is a password.
    const made = (await call('POST', '/api/v1/users', cli, { name: 'bea', role: 'admin' })).json() as unknown as {
      user: { id: string };
      link: { token: string };
    };
    expect((await call('PATCH', url, cli, { disabled: true })).statusCode).toBe(409);
    await call('POST', '/api/v1/session/link', {}, { token: made.link.token, password: PASSWORD });
    const both = await Promise.all([
      call('PATCH', url, cli, { disabled: true }),
      call('PATCH', `/api/v1/users/${made.user.id}`, cli, { role: 'operator' }),
    ]);
    expect(both.map((answer) => answer.statusCode).sort()).toEqual([200, 409]);
    for (const id of [admin!.id, made.user.id])
      await call('PATCH', `/api/v1/users/${id}`, cli, { disabled: false, role: 'admin' });
  });

  it('a disabled person is out at once and may come back', async () => {
    const session = sessionOf(await signIn('zoe', PASSWORD));
    const [zoe] = ((await call('GET', '/api/v1/users?name=zoe', cli)).json() as unknown as { items: { id: string }[] })
      .items;
    await call('PATCH', `/api/v1/users/${zoe!.id}`, cli, { disabled: true });
    expect((await call('GET', '/api/v1/session', session)).statusCode).toBe(401);
    expect((await signIn('zoe', PASSWORD)).statusCode).toBe(401);
    await call('PATCH', `/api/v1/users/${zoe!.id}`, cli, { disabled: false });
    expect((await signIn('zoe', PASSWORD)).statusCode).toBe(200);
  });

  it('an edit of what somebody else changed meanwhile is refused', async () => {
    const [zoe] = ((await call('GET', '/api/v1/users?name=zoe', cli)).json() as unknown as { items: { id: string }[] })
      .items;
    const read = await call('GET', `/api/v1/users/${zoe!.id}`, cli);
    const ifMatch = { ...cli, 'if-match': String(read.headers['etag']) };
    expect((await call('PATCH', `/api/v1/users/${zoe!.id}`, ifMatch, { role: 'approver' })).statusCode).toBe(200);
    expect((await call('PATCH', `/api/v1/users/${zoe!.id}`, ifMatch, { role: 'operator' })).statusCode).toBe(412);
  });

  it('two approvers are no longer a single user', async () => {
    const me = await call('GET', '/api/v1/session', sessionOf(await signIn('admin', PASSWORD)));
    expect(me.json()['singleUser']).toBe(false);
  });
});

describe('keys', () => {
  it('shows the secret once, keeps its hash, and says when it was last used', async () => {
    const made = (await call('POST', '/api/v1/keys', cli, { name: 'ci', role: 'operator' })).json() as unknown as {
      key: { id: string; prefix: string; expiresAt: string };
      secret: string;
    };
    expect(made.secret).toMatch(new RegExp(`^${made.key.prefix}_[0-9a-z]{52}$`));
    expect(new Date(made.key.expiresAt).getTime() - clock.now().getTime()).toBe(90 * 86_400_000);
    const me = await call('GET', '/api/v1/session', { authorization: `Bearer ${made.secret}` });
    expect(me.json()).toMatchObject({ actor: 'key:ci', role: 'operator', by: 'key' });
    const list = await call('GET', '/api/v1/keys', cli);
    expect(JSON.stringify(list.json())).not.toContain(made.secret);
    const { rows } = await server.database.pool.query('select * from api_keys');
    expect(JSON.stringify(rows)).not.toContain(made.secret.split('_')[2]);
    await expect
      .poll(
        async () =>
          ((await call('GET', '/api/v1/keys', cli)).json() as unknown as { items: { lastUsedAt: string }[] }).items[0]!
            .lastUsedAt,
      )
      .toBe(clock.now().toISOString());
    expect((await call('POST', '/api/v1/keys', cli, { name: 'ci', role: 'viewer' })).json()).toMatchObject({
      code: 'key.name-taken',
    });
  });

  it('belongs to a person: whoever makes it, or who is named; and may no more than that person', async () => {
    type Made = { key: { id: string; owner: string | null; role: string }; secret: string; code: string };
    const make = async (headers: Record<string, string>, body: object) =>
      (await call('POST', '/api/v1/keys', headers, body)).json() as unknown as Made;
    const admin = sessionOf(await signIn('admin', PASSWORD));
    expect((await make(cli, { name: 'program', role: 'viewer' })).key.owner).toBeNull();
    const own = await make(admin, { name: 'laptop', role: 'admin' });
    expect(own.key.owner).toBe('admin');
    expect((await make({ authorization: `Bearer ${own.secret}` }, { name: 'phone', role: 'viewer' })).key.owner).toBe(
      'admin',
    );
    expect((await make(cli, { name: 'x', role: 'viewer', owner: 'nobody' })).code).toBe('key.unknown-owner');

    const { user } = (
      await call('POST', '/api/v1/users', cli, { name: 'kim', role: 'approver' })
    ).json() as unknown as { user: { id: string } };
    expect((await make(cli, { name: 'x', role: 'admin', owner: 'kim' })).code).toBe('key.owner-may-less');
    const kims = await make(cli, { name: 'kims', role: 'approver', owner: 'kim' });
    const seen = async () => {
      server.wakeups.kick('identity');
      return (await call('GET', '/api/v1/session', { authorization: `Bearer ${kims.secret}` })).json();
    };
    expect(await seen()).toMatchObject({ actor: 'key:kims', userId: user.id, role: 'approver' });
    const change = async (body: object) => {
      const read = await call('GET', `/api/v1/users/${user.id}`, cli);
      await call('PATCH', `/api/v1/users/${user.id}`, { ...cli, 'if-match': String(read.headers['etag']) }, body);
    };
    await change({ role: 'viewer' });
    expect(await seen()).toMatchObject({ role: 'viewer' });
    await change({ disabled: true });
    expect(await seen()).toMatchObject({ code: 'auth.disabled' });
  });

  it('an expired key is told that it expired', async () => {
    const made = (
      await call('POST', '/api/v1/keys', cli, { name: 'brief', role: 'viewer', expiresInMs: 60_000 })
    ).json() as unknown as { secret: string };
    const headers = { authorization: `Bearer ${made.secret}` };
    expect((await call('GET', '/api/v1/session', headers)).statusCode).toBe(200);
    clock.advanceBy(60_000);
    const late = await call('GET', '/api/v1/session', headers);
    expect(late.json()).toMatchObject({
      status: 401,
      code: 'auth.expired',
      detail: expect.stringContaining('expired at 2030-'),
    });
  });

  it('rotation overlaps: both work, then only the new one', async () => {
    const made = (await call('POST', '/api/v1/keys', cli, { name: 'deploy', role: 'operator' })).json() as unknown as {
      key: { id: string };
      secret: string;
    };
    const next = (
      await call('POST', `/api/v1/keys/${made.key.id}/rotate`, cli, { overlapMs: 600_000 })
    ).json() as unknown as { key: { name: string }; secret: string };
    expect(next.key.name).toBe('deploy');
    const status = async (secret: string) =>
      (await call('GET', '/api/v1/session', { authorization: `Bearer ${secret}` })).statusCode;
    expect([await status(made.secret), await status(next.secret)]).toEqual([200, 200]);
    clock.advanceBy(600_000);
    expect([await status(made.secret), await status(next.secret)]).toEqual([401, 200]);
    expect((await call('POST', `/api/v1/keys/${made.key.id}/rotate`, cli, {})).json()).toMatchObject({
      code: 'key.ended',
    });
  });

  it('a replayed creation gives the same secret again, which the database holds only sealed', async () => {
    const headers = { ...cli, 'idempotency-key': 'one' };
    const [first, second] = [
      await call('POST', '/api/v1/keys', headers, { name: 'once', role: 'viewer' }),
      await call('POST', '/api/v1/keys', headers, { name: 'once', role: 'viewer' }),
    ];
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.json()).toEqual(first.json());
    const { rows } = await server.database.pool.query('select response from idempotency_keys');
    expect(JSON.stringify(rows)).not.toContain((first.json() as unknown as { secret: string }).secret);
  });

  it.each(['Basic abc', 'Bearer', 'Bearer a b', `Bearer ${'x'.repeat(300)}`, 'Bearer hf_nope', 'Bearer hfc_other'])(
    'refuses %s',
    async (authorization) => {
      expect((await call('GET', '/api/v1/session', { authorization })).statusCode).toBe(401);
    },
  );
});

describe('housekeeping', () => {
  it('forgets what has ended and keeps what has not', async () => {
    const session = sessionOf(await signIn('admin', PASSWORD));
    expect(await pruneIdentity(server.database.db, new Date('2030-05-01T00:00:00Z'))).toBe(0);
    expect(await pruneIdentity(server.database.db, clock.now())).toBeGreaterThan(0);
    expect((await call('GET', '/api/v1/session', session)).statusCode).toBe(200);
  });
});

describe('revocation', () => {
  it('counts within a second on a replica that hears nothing of it', async () => {
    // A second server on the same database, deaf to wake-ups: only the age of what it remembers protects it.
    const deaf = await startTestServer({
      connectionString: server.connectionString,
      deps: { clock, wakeups: { kick: () => {}, on: () => () => {} } },
    });
    const { id, headers } = await server.keyFor('viewer');
    const status = async () => (await deaf.app.inject({ url: '/api/v1/session', headers })).statusCode;
    expect(await status()).toBe(200);
    const revokedAtMs = performance.now();
    expect((await call('DELETE', `/api/v1/keys/${id}`, cli)).statusCode).toBe(204);
    let refusedAfterMs = Number.POSITIVE_INFINITY;
    while (performance.now() - revokedAtMs < 2_000) {
      if ((await status()) === 401) {
        refusedAfterMs = performance.now() - revokedAtMs;
        break;
      }
    }
    const here = await call('GET', '/api/v1/session', headers);
    await deaf.close();
    expect(refusedAfterMs).toBeLessThanOrEqual(1_000);
    expect(here.json()).toMatchObject({ status: 401, code: 'auth.revoked' });
  });
});
