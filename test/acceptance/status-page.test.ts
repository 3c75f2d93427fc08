import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendAlerts } from '../harness/alertmanager-process.ts';
import { type ServerProcess, startServerProcess } from '../harness/server-process.ts';

const SOON = { timeout: 20_000, interval: 100 };

let folder: string;
let server: ServerProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-status-'));
  server = await startServerProcess({ folder, config: { statusPage: { name: 'Shop' } } });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const api = <Answer = { id: string }>(method: string, path: string, body?: object) =>
  server.api<Answer>(method, `/api/v1/status-page/${path}`, body);
/** As a stranger, without any credential. */
const publicly = async (path: string) => {
  const answer = await fetch(`${server.address}${path}`);
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
};
const json = async <Body>(path: string) => JSON.parse((await publicly(`/api/v2/${path}.json`)).text) as Body;
const message = (more: object = {}) => ({
  impact: 'Payments fail for some customers',
  status: 'We are looking for the cause',
  affectedPercent: 30,
  nextUpdateMinutes: 15,
  ...more,
});

type Summary = {
  page: object;
  components: { id: string; name: string; status: string }[];
  incidents: {
    id: string;
    name: string;
    impact: string;
    incident_updates: { body: string; affected_components: object[] }[];
  }[];
  scheduled_maintenances: { name: string; status: string }[];
  status: { indicator: string; description: string };
};

describe('the status page', () => {
  it('tells an incident from its first message to its last', async () => {
    const pay = await api('POST', 'components', {
      name: 'Payments',
      group: 'Checkout',
      description: 'Cards and invoices',
    });
    await api('POST', 'components', { name: 'Search' });
    expect(await json<Summary>('summary')).toMatchObject({
      page: { name: 'Shop', time_zone: 'UTC' },
      status: { indicator: 'none', description: 'All Systems Operational' },
      incidents: [],
    });
    const incident = await server.api<{ id: string }>('POST', '/api/v1/incidents', {
      title: 'SECRET-db-7 is gone',
      severity: 1,
    });
    const { id } = await api('POST', 'incidents', {
      name: 'Payments fail',
      impact: 'major',
      incidentId: incident.id,
      affected: [{ component: 'Payments', status: 'partial_outage' }],
      message: message(),
    });
    const summary = await json<Summary>('summary');
    expect(summary.status).toEqual({ indicator: 'major', description: 'Partial System Outage' });
    expect(summary.components.find((each) => each.id === pay.id)).toMatchObject({ status: 'partial_outage' });
    expect(summary.incidents).toMatchObject([{ id, name: 'Payments fail', status: 'investigating', impact: 'major' }]);
    expect(summary.incidents[0]?.incident_updates[0]).toMatchObject({
      body: expect.stringMatching(
        /^Impact: Payments fail for some customers\nStatus: We are[^\n]*\nCustomers affected: about 30 %\nNext update by: /,
      ),
      affected_components: [
        { code: pay.id, name: 'Payments', old_status: 'operational', new_status: 'partial_outage' },
      ],
    });
    expect(await json<{ incidents: object[] }>('incidents/unresolved')).toMatchObject({ incidents: [{ id }] });

    await api('POST', `notices/${id}/updates`, { status: 'monitoring', message: message({ status: 'Repaired' }) });
    await api('POST', `notices/${id}/updates`, {
      status: 'resolved',
      affected: [{ component: 'Payments', status: 'operational' }],
      message: message({ status: 'All payments work', nextUpdateMinutes: 0 }),
    });
    expect((await json<Summary>('summary')).status.indicator).toBe('none');
    expect(await json<{ incidents: object[] }>('incidents')).toMatchObject({
      incidents: [{ id, status: 'resolved', monitoring_at: expect.any(String), resolved_at: expect.any(String) }],
    });
    const page = await publicly('/status');
    expect(page).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
    expect(page.text).toContain('Payments fail');
    const atom = await publicly('/status/history.atom');
    expect(atom.type).toBe('application/atom+xml; charset=utf-8');
    expect(atom.text.match(/<entry>/g)).toHaveLength(3);
    // Those who handle it see in its timeline what the public was told.
    const timeline = await server.api<{ items: { text: string }[] }>(
      'GET',
      `/api/v1/incidents/${incident.id}/timeline`,
    );
    expect(timeline.items.map((entry) => entry.text)).toContain('Told the public: Payments fail is resolved');
  });

  it('publishes no message that lacks what customers must hear', async () => {
    const publish = (more: object) =>
      api('POST', 'incidents', { name: 'x', impact: 'minor', message: message(more) }).then(
        () => 'published',
        (thrown: Error) => thrown.message,
      );
    expect(await publish({ impact: '' })).toMatch(/message\.impact/);
    expect(await publish({ status: undefined })).toMatch(/message\.status/);
    expect(await publish({ nextUpdateMinutes: 0 })).toMatch(/when they hear again/);
  });

  it('begins and ends a maintenance by itself, with its alerts silenced', async () => {
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    await api('POST', 'maintenances', {
      name: 'New switch',
      body: 'Search is slow for a moment',
      scheduledFor: at(1_500),
      scheduledUntil: at(4_000),
      affected: ['Search'],
      silence: ['service="search"'],
    });
    expect(await json<Summary>('scheduled-maintenances/upcoming')).toMatchObject({
      scheduled_maintenances: [{ name: 'New switch', status: 'scheduled', impact: 'maintenance' }],
    });
    const silences = await server.api<{ comment: string }[]>('GET', '/api/v2/silences');
    expect(silences.map((silence) => silence.comment)).toEqual(['Maintenance: New switch']);
    const search = async () =>
      (await json<Summary>('summary')).components.find((each) => each.name === 'Search')?.status;
    await expect.poll(search, SOON).toBe('under_maintenance');
    expect((await json<Summary>('status')).status.indicator).toBe('maintenance');
    await expect.poll(search, SOON).toBe('operational');
    expect((await json<Summary>('summary')).scheduled_maintenances).toEqual([]);
  });

  it('shows markup as text, whatever it is', async () => {
    const hostile = '<img src=x onerror=alert(1)>"\'&</title>';
    await api('POST', 'components', { name: hostile, description: hostile });
    const { id } = await api('POST', 'incidents', {
      name: hostile,
      impact: 'minor',
      message: message({ impact: hostile }),
    });
    for (const path of ['/status', '/status/history.atom']) {
      const { text } = await publicly(path);
      expect(text).not.toContain('<img');
      expect(text).toContain('&#60;img src=x onerror=alert(1)&#62;');
    }
    await api('POST', `notices/${id}/updates`, { status: 'resolved', message: message({ nextUpdateMinutes: 0 }) });
  });

  it('never shows a field that is not the public’s, whatever the private ones hold', async () => {
    const secret = fc.stringMatching(/^PRIVATE-[a-z0-9]{12}$/);
    await fc.assert(
      fc.asyncProperty(secret, secret, secret, async (title, reason, summary) => {
        const incident = await server.api<{ id: string; number: string }>('POST', '/api/v1/incidents', {
          title,
          severity: 2,
        });
        await server.api('POST', `/api/v1/incidents/${incident.id}/ack`, { reason });
        const { id } = await api('POST', 'incidents', {
          name: 'Something is slow',
          impact: 'minor',
          incidentId: incident.id,
          message: message(),
        });
        expect(
          await sendAlerts(server.address, [{ labels: { alertname: summary } }], {
            authorization: `Bearer ${server.token}`,
          }),
        ).toBe(true);
        const shown = await Promise.all(
          ['/status', '/status/history.atom', ...DOCUMENTS.map((name) => `/api/v2/${name}.json`)].map(
            async (path) => (await publicly(path)).text,
          ),
        );
        for (const private_ of [title, reason, summary, incident.id, incident.number])
          for (const text of shown) expect(text).not.toContain(private_);
        await api('POST', `notices/${id}/updates`, { status: 'resolved', message: message({ nextUpdateMinutes: 0 }) });
      }),
      { numRuns: 8 },
    );
  });

  it('is read by everybody and written by nobody without a role', async () => {
    for (const path of ['/status', '/status/style.css', ...DOCUMENTS.map((name) => `/api/v2/${name}.json`)])
      expect((await publicly(path)).status).toBe(200);
    const write = await fetch(`${server.address}/api/v1/status-page/components`, { method: 'POST' });
    expect(write.status).toBe(401);
    expect((await publicly('/api/v2/status')).status).toBe(401);
  });
});

const DOCUMENTS = [
  'summary',
  'status',
  'components',
  'incidents',
  'incidents/unresolved',
  'scheduled-maintenances',
  'scheduled-maintenances/upcoming',
  'scheduled-maintenances/active',
];
