import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BreakableService, startBreakableService } from '../fakes/breakable-service.ts';
import { programOnPath, requireServer } from '../harness/require-server.ts';
import { findFreePorts } from '../harness/servers/start-program.ts';
import type { Story } from '../harness/story.ts';
import { beginLibraryStory, carryOut, outputOf, rollBack, transcript } from './carry-out.ts';

vi.setConfig({ testTimeout: 60_000 });
const openssl = await requireServer('openssl', programOnPath('openssl'));
const DAY_MS = 86_400_000;
let story: Story;
let folder: string;
let service: BreakableService;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-library-machine-'));
  service = await startBreakableService();
  story = await beginLibraryStory({});
});
afterAll(async () => {
  await story.close();
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the procedure for a full disk', () => {
  const names = ['old.log.1', 'old with blank.log.2', "old 'quoted'\nline.log.3", 'young.log.4', 'old.db'];
  const fill = (name: string) => {
    const logs = join(folder, name);
    const work = join(folder, `${name}-work`);
    mkdirSync(logs);
    mkdirSync(work);
    for (const file of names) {
      writeFileSync(join(logs, file), `content of ${file}`);
      const age = file.startsWith('young') ? DAY_MS : 30 * DAY_MS;
      utimesSync(join(logs, file), new Date(Date.now() - age), new Date(Date.now() - age));
    }
    return { logs, work };
  };
  const inputs = ({ logs, work }: ReturnType<typeof fill>) => ({
    path: folder,
    clean_folder: logs,
    work_folder: work,
    wait_seconds: '0',
    percent_wanted: '100',
  });

  it('deletes what is old and matches, whatever it is called, and brings it back', async () => {
    const places = fill('logs');
    const run = await carryOut(story, 'disk-full.md#clean-up-old-files', inputs(places));
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(readdirSync(places.logs).sort()).toEqual(['old.db', 'young.log.4']);
    const back = await rollBack(story, run);
    expect(back.status, transcript(back)).toBe('rolled-back');
    expect(readdirSync(places.logs).sort()).toEqual([...names].sort());
    expect(readFileSync(join(places.logs, names[2]!), 'utf8')).toBe(`content of ${names[2]}`);
  });

  it('leaves alone what was touched after it was marked', async () => {
    const places = fill('touched');
    const started = carryOut(story, 'disk-full.md#clean-up-old-files', { ...inputs(places), wait_seconds: '1' });
    while (!readdirSync(places.work).some((name) => name.startsWith('marked-'))) await new Promise(setImmediate);
    const marked = join(places.work, readdirSync(places.work).find((name) => name.startsWith('marked-'))!);
    while (!readFileSync(marked, 'utf8').includes('old.log.1')) await new Promise(setImmediate);
    writeFileSync(join(places.logs, 'old.log.1'), 'somebody writes to it again');
    const run = await started;
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(readdirSync(places.logs).sort()).toEqual(['old.db', 'old.log.1', 'young.log.4']);
  });

  it('refuses folders nobody cleans up, and deletes nothing that is not approved', async () => {
    const places = fill('refused');
    const etc = await carryOut(story, 'disk-full.md#clean-up-old-files', { ...inputs(places), clean_folder: '/etc' });
    expect(etc.status).toBe('failed');
    const refused = await carryOut(story, 'disk-full.md#clean-up-old-files', inputs(places), { refuse: /Delete/ });
    expect(refused.status).toBe('failed');
    expect(readdirSync(places.logs).sort()).toEqual([...names].sort());
  });

  it('says what fills it', async () => {
    fill('seen');
    const run = await carryOut(story, 'disk-full.md#see-what-fills-the-disk', { path: folder });
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(outputOf(run, 'largest')).toContain(join(folder, 'seen'));
  });
});

describe('the check of DNS and an upstream', () => {
  const address = () => new URL(service.address);
  const inputs = (port: string) => ({
    name: 'localhost',
    upstream_host: address().hostname,
    upstream_port: port,
    upstream_url: `http://${address().hostname}:${port}/health`,
  });

  it('passes every layer of one that answers', async () => {
    const run = await carryOut(story, 'dns-and-upstream.md', inputs(address().port));
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(outputOf(run, 'answers')).toMatch(/status 200/);
  });

  it('ends at the layer that is broken', async () => {
    const [closed = 0] = await findFreePorts(1);
    const noPort = await carryOut(story, 'dns-and-upstream.md', inputs(String(closed)));
    const statuses = (run: typeof noPort) => run.steps.slice(0, 3).map((step) => step.status);
    expect(statuses(noPort)).toEqual(['succeeded', 'failed', 'cancelled']);
    service.break();
    const broken = await carryOut(story, 'dns-and-upstream.md', inputs(address().port));
    service.repair();
    expect(statuses(broken)).toEqual(['succeeded', 'succeeded', 'failed']);
    const noName = await carryOut(story, 'dns-and-upstream.md', {
      ...inputs(address().port),
      name: 'no-such-host.invalid',
    });
    expect(statuses(noName)).toEqual(['failed', 'cancelled', 'cancelled']);
  });
});

describe('the check of a certificate', () => {
  let server: Server;
  beforeEach((context) => openssl.skipUnlessThere(context));
  beforeAll(async () => {
    if (!openssl.there) return;
    const [key, certificate] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
    execFileSync(
      'openssl',
      [
        ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost'.split(' '),
        ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate],
      ],
      { stdio: 'ignore' },
    );
    server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

  it.each([
    ['20', 'succeeded'],
    ['40', 'failed'],
  ])('that is good for 30 days and must be for %s has %s', async (least_days, status) => {
    const { port } = server.address() as { port: number };
    const run = await carryOut(story, 'certificate-expiry.md#see-when-the-certificate-ends', {
      endpoint_port: String(port),
      least_days,
    });
    expect(run.status, transcript(run)).toBe(status);
    expect(outputOf(run, 'shown')).toContain('DNS:localhost');
  });
});

describe('the collection of a journal', () => {
  it('packs what the unit and the kernel said', async (context) => {
    const journal = await requireServer('journalctl', programOnPath('journalctl'));
    journal.skipUnlessThere(context);
    const bundles = join(folder, 'bundles');
    mkdirSync(bundles);
    const run = await carryOut(story, 'log-collection.md#collect-the-journal-of-a-unit', { folder: bundles });
    expect(run.status, transcript(run)).toBe('succeeded');
    const bundle = readdirSync(bundles).find((name) => name.endsWith('.tar.gz'));
    expect(existsSync(join(bundles, `${bundle}.sha256`))).toBe(true);
  });
});
