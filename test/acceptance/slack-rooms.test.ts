import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Incident, IncidentSummary } from '../../src/contract/incident.ts';
import { type RecordingServer, startRecordingServer } from '../fakes/recording-http-server.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const SOON = { timeout: 20_000, interval: 100 };
let folder = '';
let slack: RecordingServer;
let server: ServerProcess | null = null;
/** Answers of the workspace by method; what is asked besides is refused. */
let answers: Record<string, (body: Record<string, unknown>) => object>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-rooms-'));
  answers = {
    'conversations.create': ({ name }) => ({ ok: true, channel: { id: 'C0NEW', name } }),
    'conversations.setTopic': () => ({ ok: true }),
    'chat.postMessage': ({ channel }) => ({ ok: true, channel, ts: '1.23' }),
  };
  slack = await startRecordingServer();
  slack.answer = (response, { url, body }) => {
    response.setHeader('content-type', 'application/json');
    const said = answers[url.slice(1)]?.(JSON.parse(body) as Record<string, unknown>);
    response.end(JSON.stringify(said ?? { ok: false, error: 'unknown_method' }));
  };
});
afterEach(async () => {
  await server?.stop();
  server = null;
  await slack.close();
  rmSync(folder, { recursive: true, force: true });
});

const asked = (method: string) =>
  slack.requests
    .filter(({ url }) => url === `/${method}`)
    .map(({ body }) => JSON.parse(body) as { channel: string; text: string; thread_ts?: string; name?: string });
/** What was said in a channel, pages of the same channel left out. */
const said = () =>
  asked('chat.postMessage')
    .filter((message) => !('blocks' in message))
    .map(({ text }) => text)
    .join('\n');

async function start(incidents: object): Promise<ServerProcess> {
  mkdirSync(join(folder, 'holdfast'), { recursive: true });
  server = await startServerProcess({
    folder: join(folder, 'holdfast'),
    config: {
      contacts: {
        slack: {
          url: slack.url,
          token: 'xoxb-1',
          signingSecret: 'the signing secret',
          channels: { ops: 'C0OPS00' },
          incidents,
        },
      },
    },
  });
  return server;
}
const declare = (holdfast: ServerProcess) =>
  holdfast.api<IncidentSummary>('POST', '/api/v1/incidents', { title: 'Orders <fail>', severity: 2 });
const noted = (holdfast: ServerProcess, id: string, text: string) =>
  holdfast.api('POST', `/api/v1/incidents/${id}/timeline`, { text });

describe('an incident in Slack', () => {
  it('has a channel named after its time, told what happens as it happens', async () => {
    const holdfast = await start({});
    const { id, openedAt } = await declare(holdfast);
    await expect.poll(() => asked('conversations.create').map(({ name }) => name), SOON).toHaveLength(1);
    const name = `incident-${openedAt.slice(0, 16).replaceAll('-', '').replace('T', '-').replace(':', '')}`;
    expect(asked('conversations.create')[0]?.name).toBe(name);
    await expect.poll(said, SOON).toContain(`Channel #${name} follows it`);
    expect(
      new Set(
        asked('chat.postMessage')
          .filter((each) => !('blocks' in each))
          .map(({ channel }) => channel),
      ),
    ).toEqual(new Set(['C0NEW']));
    await noted(holdfast, id, 'The cause is known & is being put right');
    await expect.poll(said, SOON).toContain('The cause is known &amp; is being put right');
    const lines = said().split('\n');
    expect(lines).toEqual([...new Set(lines)]);
  });

  it('has another name where its name is taken', async () => {
    const free = answers['conversations.create'];
    answers['conversations.create'] = (body) =>
      String(body['name']).endsWith('-2') ? (free?.(body) ?? {}) : { ok: false, error: 'name_taken' };
    const holdfast = await start({ name: 'number' });
    const { number } = await declare(holdfast);
    await expect.poll(said, SOON).toContain(`Channel #incident-${number.toLowerCase()}-2 follows it`);
  });

  it('has a thread in a channel, and nothing is lost while Slack is busy', async () => {
    let busy = true;
    const post = answers['chat.postMessage'];
    answers['chat.postMessage'] = (body) =>
      busy && body['thread_ts'] !== undefined ? { ok: false, error: 'ratelimited' } : (post?.(body) ?? {});
    slack.answer = ((before) => (response, request) => {
      const isThread = request.url === '/chat.postMessage' && request.body.includes('thread_ts');
      if (busy && isThread) {
        response.statusCode = 429;
        response.setHeader('retry-after', '1');
      }
      before(response, request);
    })(slack.answer);
    const holdfast = await start({ as: 'thread', channel: 'ops' });
    const { id } = await declare(holdfast);
    await expect
      .poll(() => asked('chat.postMessage').filter(({ thread_ts }) => thread_ts === '1.23').length, SOON)
      .toBeGreaterThan(0);
    await noted(holdfast, id, 'first word');
    busy = false;
    await expect.poll(said, SOON).toContain('first word');
    expect(asked('conversations.create')).toEqual([]);
    expect(asked('chat.postMessage').find(({ text }) => text.includes('first word'))).toMatchObject({
      channel: 'C0OPS00',
      thread_ts: '1.23',
    });
  });

  it('goes on without Slack where that refuses, and says so on its timeline', async () => {
    answers['conversations.create'] = () => ({ ok: false, error: 'missing_scope' });
    const holdfast = await start({});
    const { id } = await declare(holdfast);
    const texts = async () =>
      (await holdfast.api<{ items: { text: string }[] }>('GET', `/api/v1/incidents/${id}/timeline`)).items.map(
        ({ text }) => text,
      );
    await expect
      .poll(texts, SOON)
      .toContainEqual(expect.stringContaining('is not followed any more: Slack answered: missing_scope'));
    expect((await holdfast.api<Incident>('GET', `/api/v1/incidents/${id}`)).status).toBe('triage');
  });
});
