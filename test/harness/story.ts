import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Holdfast, startHoldfast } from '../../src/app/start-holdfast.ts';
import type { Incident, TimelineEntry } from '../../src/contract/incident.ts';
import { createManualClock, type ManualClock } from '../../src/platform/clock/manual-clock.ts';
import { loadConfig } from '../../src/platform/config/load-config.ts';
import { createSilentLogger } from '../../src/platform/log/logger.ts';
import { createTestDatabase } from './postgres.ts';

const STEP_MS = 250;
const LIMIT_MS = 25_000;

export type Answer<Body> = { status: number; body: Body; contentType: string };

/** A whole Holdfast in this process, on a clock that moves only when the story says so. */
export type Story = {
  clock: ManualClock;
  folder: string;
  /** Of its database. */
  connectionString: string;
  /** Calls the API as the local administrator. */
  call<Body>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<Body>>;
  /** Like `call`, for what must go well. */
  api<Body>(method: string, path: string, body?: unknown): Promise<Body>;
  writeRunbook(name: string, text: string): void;
  /** The newest incident, or null. */
  incident(): Promise<Incident | null>;
  /** What its timeline says: kind and text, oldest first. */
  timeline(incidentId: string): Promise<TimelineEntry[]>;
  /** Lets time pass, a quarter of a second at a step, until something is so. */
  until<Found>(look: () => Promise<Found | null | undefined | false>): Promise<Found>;
  /** Stops the server and starts it again on the same data, after so much time, perhaps with other settings. */
  restart(afterMs?: number, changed?: object): Promise<void>;
  close(): Promise<void>;
};

/** @param config beyond where it listens and keeps its data */
export async function beginStory(config: object): Promise<Story> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-story-'));
  const data = join(folder, 'data');
  mkdirSync(join(folder, 'runbooks'));
  const { connectionString } = await createTestDatabase();
  const configure = (changed: object) =>
    writeFileSync(
      join(folder, 'holdfast.yaml'),
      stringify({
        listen: '127.0.0.1:0',
        data,
        databaseUrl: connectionString,
        databasePoolMax: 12,
        runbooks: ['./runbooks'],
        ...config,
        ...changed,
      }),
    );
  configure({});
  const clock = createManualClock(new Date('2026-03-01T10:00:00.000Z'));
  const start = () =>
    startHoldfast({
      config: loadConfig({ flags: {}, env: {}, cwd: folder }).config,
      version: '0.0.0-story',
      environment: { PATH: process.env['PATH'] },
      logger: createSilentLogger(),
      clock,
      ui: { folder: '/nonexistent', state: () => 'missing' },
    });
  let holdfast: Holdfast = await start();
  const story: Story = {
    clock,
    folder,
    connectionString,
    async call(method, path, body, headers = {}) {
      const token = readFileSync(join(data, 'cli-token'), 'utf8').trim();
      const raw = typeof body === 'string' || body instanceof Uint8Array;
      const response = await fetch(`${holdfast.address}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
      });
      const text = await response.text();
      const contentType = response.headers.get('content-type') ?? '';
      return {
        status: response.status,
        contentType,
        body: /json\b/.test(contentType) && !/ndjson/.test(contentType) ? JSON.parse(text) : text,
      };
    },
    async api<Body>(method: string, path: string, body?: unknown) {
      const answer = await story.call<Body>(method, path, body);
      if (answer.status >= 300)
        throw new Error(`${method} ${path}: HTTP ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    writeRunbook: (name, text) => writeFileSync(join(folder, 'runbooks', name), text),
    async incident() {
      const { items } = await story.api<{ items: { id: string }[] }>('GET', '/api/v1/incidents?limit=1');
      return items[0] ? story.api<Incident>('GET', `/api/v1/incidents/${items[0].id}`) : null;
    },
    timeline: async (incidentId) =>
      (await story.api<{ items: TimelineEntry[] }>('GET', `/api/v1/incidents/${incidentId}/timeline`)).items,
    async until(look) {
      const limit = performance.now() + LIMIT_MS;
      for (;;) {
        const found = await look();
        if (found) return found;
        if (performance.now() > limit) throw new Error(`it did not come to that: ${look}`);
        clock.advanceBy(STEP_MS);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async restart(afterMs = 0, changed = {}) {
      await holdfast.stop();
      configure(changed);
      clock.advanceBy(afterMs);
      holdfast = await start();
    },
    async close() {
      await holdfast.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return story;
}
