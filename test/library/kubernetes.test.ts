import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { requireKube } from '../harness/servers/kube.ts';
import { requirePrometheus } from '../harness/servers/prometheus.ts';
import { carryOut, outputOf, rollBack, transcript } from './carry-out.ts';
import { type ClusterStage, startClusterStage } from './cluster-stage.ts';
import { type MetricsExporter, startMetricsExporter } from './metrics-exporter.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });
const cluster = await requireKube();
const metrics = await requirePrometheus();
let stage: ClusterStage;
let exporter: MetricsExporter;
let kube: ClusterStage['kube'];
let prometheus: ClusterStage['prometheus'];
let service: ClusterStage['service'];
let story: ClusterStage['story'];
let folder: string;

beforeAll(async () => {
  if (!cluster.there) return;
  exporter = await startMetricsExporter();
  stage = await startClusterStage(metrics.there ? exporter.address : null);
  ({ kube, prometheus, service, story, folder } = stage);
});
afterAll(async () => {
  await stage?.stop();
  await exporter?.close();
});
beforeEach((context) => cluster.skipUnlessThere(context));

const deploy: ClusterStage['deploy'] = (...args) => stage.deploy(...args);
const look: ClusterStage['look'] = (...args) => stage.look(...args);
const imageOf = (name: string) => stage.imageOf(name);
const replicasOf = (name: string) => stage.replicasOf(name);
const untilPrometheus = (condition: string) => stage.untilPrometheus(condition);
const into = (deployment: string, more: Record<string, string> = {}) => ({ namespace: 'shop', deployment, ...more });

describe('the procedures for a rollout', () => {
  it('restart every pod, and undo a release', async () => {
    await deploy('web');
    const podsBefore = await kube.kubectl('get', 'pods', '-n', 'shop', '-l', 'app=web', '-o', 'name');
    const restarted = await carryOut(story, 'rollout.md#restart-a-deployment', into('web'));
    expect(restarted.status, transcript(restarted)).toBe('succeeded');
    const podsAfter = await kube.kubectl('get', 'pods', '-n', 'shop', '-l', 'app=web', '-o', 'name');
    expect(podsAfter.split('\n').filter((pod) => pod !== '' && podsBefore.includes(pod))).toEqual([]);

    await kube.kubectl('set', 'image', 'deployment/web', '-n', 'shop', 'web=shop:2');
    const undone = await carryOut(story, 'rollout.md#undo-the-last-rollout', into('web'));
    expect(undone.status, transcript(undone)).toBe('succeeded');
    expect(await imageOf('web')).toBe('shop:1');
  });

  it('scale out, find no room half-way, and roll back to how it was', async () => {
    await deploy('heavy', { replicas: 2, cpu: '3' });
    const scaled = await carryOut(story, 'rollout.md#scale-a-deployment', into('heavy', { replicas: '3' }));
    expect(scaled.status, transcript(scaled)).toBe('succeeded');
    expect(await look('deployment', 'heavy', '{.status.readyReplicas}')).toBe('3');

    // Two nodes of eight CPUs have room for four such pods: the fifth stays pending.
    const tooMany = await carryOut(
      story,
      'rollout.md#scale-a-deployment',
      into('heavy', { replicas: '6', timeout_seconds: '3' }),
    );
    expect(tooMany.status).toBe('failed');
    expect(outputOf(tooMany, 'scaled')).toContain('timed out');
    expect(await replicasOf('heavy')).toBe('6');
    const back = await rollBack(story, tooMany);
    expect(back.status, transcript(back)).toBe('rolled-back');
    expect(await replicasOf('heavy')).toBe('3');
    await kube.kubectl('rollout', 'status', 'deployment/heavy', '-n', 'shop', '--timeout=30s');
    expect(await look('deployment', 'heavy', '{.status.readyReplicas}/{.status.replicas}')).toBe('3/3');
    await kube.kubectl('delete', 'deployment', 'heavy', '-n', 'shop', '--wait');
  });

  it('set an image, and put the one before back', async () => {
    await deploy('tool');
    const run = await carryOut(
      story,
      'rollout.md#set-the-image-of-a-deployment',
      into('tool', { container: 'web', image: 'shop:3' }),
    );
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(await imageOf('tool')).toBe('shop:3');
    const back = await rollBack(story, run);
    expect(back.status, transcript(back)).toBe('rolled-back');
    expect(await imageOf('tool')).toBe('shop:1');
    const wrong = await carryOut(
      story,
      'rollout.md#set-the-image-of-a-deployment',
      into('tool', { container: 'sidecar', image: 'shop:3' }),
    );
    expect(wrong.status).toBe('failed');
    expect(outputOf(wrong, 'image-look')).toContain('has no container sidecar');
  });
});

describe('the procedures for what an alert finds', () => {
  it('take back the release after which a service went down', async () => {
    await deploy('app');
    await kube.kubectl('set', 'image', 'deployment/app', '-n', 'shop', 'web=shop:broken');
    await kube.kubectl('rollout', 'status', 'deployment/app', '-n', 'shop', '--timeout=30s');
    service.repair();
    const run = await carryOut(story, 'service-down.md', into('app'), { choose: 'Go back' });
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(await imageOf('app')).toBe('shop:1');
    expect(outputOf(run, 'what-is-there')).toContain('shop:broken');
  });

  it('name what keeps pods from starting, and go back to those that ran', async () => {
    await deploy('worker', { replicas: 1 });
    await kube.kubectl('set', 'resources', 'deployment/worker', '-n', 'shop', '--requests=cpu=64');
    await kube.kubectl(
      'wait',
      '--for=jsonpath={.status.conditions[?(@.type=="PodScheduled")].status}=False',
      'pod',
      '-l',
      'app=worker',
      '--field-selector=status.phase=Pending',
      '-n',
      'shop',
      '--timeout=30s',
    );
    const run = await carryOut(story, 'pods-not-starting.md', into('worker'), { choose: 'Go back' });
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(outputOf(run, 'waiting-pods')).toContain('Insufficient cpu');
    expect(await look('deployment', 'worker', '{.spec.template.spec.containers[0].resources.requests.cpu}')).toBe(
      '100m',
    );
  });

  it('raise a limit of memory, add replicas against CPU, and take both back', async () => {
    await deploy('busy');
    const memory = await carryOut(story, 'high-memory.md', into('busy', { memory_limit: '2Gi' }), { choose: 'Raise' });
    expect(memory.status, transcript(memory)).toBe('succeeded');
    const limitPath = '{.spec.template.spec.containers[0].resources.limits.memory}';
    expect(await look('deployment', 'busy', limitPath)).toBe('2Gi');
    expect((await rollBack(story, memory)).status).toBe('rolled-back');
    expect(await look('deployment', 'busy', limitPath)).toBe('');

    const cpu = await carryOut(story, 'high-cpu.md', into('busy', { replicas: '4' }));
    expect(cpu.status, transcript(cpu)).toBe('succeeded');
    expect(await look('deployment', 'busy', '{.status.readyReplicas}')).toBe('4');
    expect((await rollBack(story, cpu)).status).toBe('rolled-back');
    expect(await replicasOf('busy')).toBe('2');
  });
});

describe('the procedures that wait for numbers', () => {
  beforeEach((context) => metrics.skipUnlessThere(context));
  const numbers = () => ({ prometheus_url: prometheus.url, window: '3s' });

  it('call errors over when Prometheus says so, and not before', async () => {
    await deploy('api');
    exporter.set({ errorShare: 0.5 });
    await untilPrometheus('sum(rate(http_requests_total{status="500"}[3s])) > 0');
    let whileFailing = 0;
    const run = await carryOut(story, 'high-error-rate.md', into('api', numbers()), {
      choose: 'depends on',
      onManual: async () => {
        whileFailing += 1;
        exporter.set({ errorShare: 0 });
      },
    });
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(whileFailing).toBe(1);
    expect(outputOf(run, 'errors-by-path')).toMatch(/"endpoint":"\/orders","status":"500"/);
    expect(outputOf(run, 'errors-ended')).toMatch(/does not hold[\s\S]* holds/);
  });

  it('add replicas until it is fast again', async () => {
    await deploy('slow');
    exporter.set({ seconds: 0.05 });
    const run = await carryOut(story, 'high-latency.md', into('slow', { ...numbers(), more_replicas: '1' }), {
      choose: 'more replicas',
    });
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(await replicasOf('slow')).toBe('3');
    expect(outputOf(run, 'slow-paths')).toContain('/orders');
  });

  it('begin no maintenance while errors are high, and drain a node when all is calm', async () => {
    exporter.set({ errorShare: 0.5 });
    await untilPrometheus(
      'sum(rate(http_requests_total{status="500"}[3s])) / sum(rate(http_requests_total[3s])) > 0.2',
    );
    const refused = await carryOut(story, 'maintenance-window.md', { node: 'node-a', window: '3s' });
    expect(refused.status).toBe('failed');
    expect(refused.steps.filter((step) => step.status === 'succeeded')).toEqual([]);

    exporter.set({ errorShare: 0 });
    await untilPrometheus('sum(rate(http_requests_total{status="500"}[3s])) == 0');
    await deploy('moved', { replicas: 4 });
    const podsOn = (node: string) =>
      kube.kubectl('get', 'pods', '-A', '-o', 'name', `--field-selector=spec.nodeName=${node}`);
    const unschedulable = () => kube.kubectl('get', 'node', 'node-a', '-o', 'jsonpath={.spec.unschedulable}');
    expect(await podsOn('node-a')).not.toBe('');
    const seen: string[] = [];
    const run = await carryOut(
      story,
      'maintenance-window.md',
      { node: 'node-a', window: '3s' },
      { onManual: async () => void seen.push(await podsOn('node-a'), await unschedulable()) },
    );
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(seen).toEqual(['', 'true']);
    expect(await unschedulable()).toBe('');
  });
});

describe('the procedures for secrets and logs', () => {
  const secretValue = async (key: string) =>
    Buffer.from(await look('secret', 'database', `{.data.${key}}`), 'base64').toString('utf8');

  it('rotate a secret without showing it, and put the old one back', async () => {
    await deploy('reader', { replicas: 1 });
    await kube.kubectl(
      'create',
      'secret',
      'generic',
      'database',
      '-n',
      'shop',
      '--from-literal=password=old-value',
      '--from-literal=user=shop',
    );
    const before = await look('deployment', 'reader', '{.metadata.generation}');
    const fresh = `new "value" $(touch pwned) 'quoted'`;
    const run = await carryOut(
      story,
      'secret-rotation.md#rotate-a-secret-of-the-cluster',
      into('reader', { secret_name: 'database', secret_key: 'password', new_value: fresh }),
    );
    expect(run.status, transcript(run)).toBe('succeeded');
    expect([await secretValue('password'), await secretValue('user')]).toEqual([fresh, 'shop']);
    expect(await look('deployment', 'reader', '{.metadata.generation}')).not.toBe(before);
    expect(JSON.stringify(run)).not.toContain(fresh);
    const back = await rollBack(story, run);
    expect(back.status, transcript(back)).toBe('rolled-back');
    expect(await secretValue('password')).toBe('old-value');
  });

  it('replace a certificate only by one that fits its key', async () => {
    const make = (name: string) =>
      execFileSync(
        'openssl',
        [
          ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj'.split(' '),
          `/CN=${name}`,
          '-keyout',
          join(folder, `${name}.key`),
          '-out',
          join(folder, `${name}.crt`),
        ],
        { stdio: 'ignore' },
      );
    make('old');
    make('new');
    await kube.kubectl(
      'create',
      'secret',
      'tls',
      'edge',
      '-n',
      'shop',
      `--cert=${join(folder, 'old.crt')}`,
      `--key=${join(folder, 'old.key')}`,
    );
    const before = await look('secret', 'edge', '{.data}');
    const replace = (key: string) =>
      carryOut(story, 'certificate-expiry.md#replace-a-certificate-in-the-cluster', {
        namespace: 'shop',
        tls_secret: 'edge',
        certificate_file: join(folder, 'new.crt'),
        key_file: join(folder, `${key}.key`),
      });
    const wrong = await replace('old');
    expect(wrong.status).toBe('failed');
    expect(await look('secret', 'edge', '{.data}')).toBe(before);
    const run = await replace('new');
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(await look('secret', 'edge', '{.data}')).not.toBe(before);
    const back = await rollBack(story, run);
    expect(back.status, transcript(back)).toBe('rolled-back');
    expect(await look('secret', 'edge', '{.data}')).toBe(before);
  });

  it('pack what the namespace logged into a bundle whose sum is right', async () => {
    const bundles = mkdtempSync(join(folder, 'bundles-'));
    const run = await carryOut(story, 'log-collection.md#collect-the-logs-of-a-namespace', {
      namespace: 'shop',
      folder: bundles,
    });
    expect(run.status, transcript(run)).toBe('succeeded');
    const bundle = readdirSync(bundles).find((name) => name.endsWith('.tar.gz'));
    const packed = execFileSync('tar', ['-tzf', join(bundles, bundle!)], { encoding: 'utf8' });
    expect(packed).toMatch(/pods\.txt/);
    expect(packed).toMatch(/events\.txt/);
  });
});
