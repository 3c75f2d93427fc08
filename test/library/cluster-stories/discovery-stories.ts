import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RecordingServer, startRecordingServer } from '../../fakes/recording-http-server.ts';
import { outputOf } from '../carry-out.ts';
import type { DeliveryStage } from './delivery-stage.ts';

const SLOW_PAGE_MS = 400;

export function tellDiscovery(stage: () => DeliveryStage): void {
  let api: RecordingServer;
  beforeAll(async () => {
    api = await startRecordingServer();
    // A listing whose second page is slow, and whose third never comes in time.
    api.answer = (response, { url }) => {
      const page = new URL(url, 'http://api').searchParams.get('page');
      const delay = page === '3' ? 5_000 : page === '2' ? SLOW_PAGE_MS : 0;
      setTimeout(() => response.writeHead(200, { 'RateLimit-Remaining': '1999' }).end('[{}]'), delay);
    };
  });
  afterAll(() => api?.close());

  const setting = (name: string) =>
    stage().look(
      'cronjob',
      'discovery',
      `{.spec.jobTemplate.spec.template.spec.containers[0].env[?(@.name=="${name}")].value}`,
    );
  const jobs = () => stage().kube.kubectl('get', 'jobs', '-n', 'shop', '-o', 'name');
  const inputs = (more: Record<string, string> = {}) => ({
    list_url: `${api.url}/api/v4/projects`,
    pages: '3',
    most_seconds: '1',
    timeout_seconds: '20',
    ...more,
  });
  const declare = (cpu: string) =>
    stage().kube.apply({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'discovery', namespace: 'shop' },
      spec: {
        schedule: '0 3 * * *',
        jobTemplate: {
          spec: {
            template: {
              spec: {
                restartPolicy: 'Never',
                containers: [
                  {
                    name: 'discovery',
                    image: 'discovery:1',
                    env: [{ name: 'DISCOVERY_PAGE_SIZE', value: '100' }],
                    resources: { requests: { cpu } },
                  },
                ],
              },
            },
          },
        },
      },
    });

  it('times each page, asks for smaller ones, and sees the discovery come to its end', async () => {
    await declare('100m');
    const run = await stage().succeeds('discovery-timeout.md', inputs(), { choose: 'smaller pages' });
    const times = outputOf(run, 'page-times');
    expect(times).toMatch(/page 1 of 100: 200 after 0\.[0-2]/);
    expect(times).toMatch(/page 2 of 100: 200 after 0\.[4-9]/);
    expect(times).toContain('page 3 of 100: nothing within 1 s');
    expect(await setting('DISCOVERY_PAGE_SIZE')).toBe('20');
    expect(outputOf(run, 'came-to-its-end')).toMatch(/from \S+Z to \S+Z/);
    await stage().undoes(run);
    expect([await setting('DISCOVERY_PAGE_SIZE'), await jobs()]).toEqual(['100', '']);
  });

  it('takes its change and its job back when the discovery does not come to its end', async () => {
    await declare('64');
    const failed = await stage().fails('discovery-timeout.md', inputs({ pages: '1', timeout_seconds: '2' }), {
      choose: 'fewer',
    });
    expect(outputOf(failed, 'came-to-its-end')).toContain('timed out');
    expect(await setting('DISCOVERY_WORKERS')).toBe('2');
    await stage().undoes(failed);
    expect([await setting('DISCOVERY_WORKERS'), await jobs()]).toEqual(['', '']);
  });

  it.each([
    [429, 'its limit is used up'],
    [403, 'it refuses the token'],
  ])('changes nothing when the API answers %d', async (code, told) => {
    api.answer = (response) => void response.writeHead(code).end();
    const refused = await stage().fails('discovery-timeout.md', inputs({ pages: '1' }), { choose: 'fewer' });
    expect(outputOf(refused, 'not-limited')).toContain(told);
    expect([await setting('DISCOVERY_WORKERS'), await jobs()]).toEqual(['', '']);
  });
}
