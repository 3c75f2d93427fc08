import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type BreakableService, startBreakableService } from '../fakes/breakable-service.ts';
import { startKube, type TestKube } from '../harness/servers/kube.ts';
import { startPrometheus, type TestPrometheus } from '../harness/servers/prometheus.ts';
import type { Story } from '../harness/story.ts';
import { beginLibraryStory } from './carry-out.ts';

const PROMETHEUS_WITHIN_MS = 30_000;

/** The namespace in which everything happens. */
const NAMESPACE = 'shop';

/** A cluster with something to operate in it, a Prometheus, a service behind a probe, and a Holdfast with the library. */
export type ClusterStage = {
  kube: TestKube;
  prometheus: TestPrometheus;
  service: BreakableService;
  story: Story;
  /** For files of the test; it is also HOME of every step. */
  folder: string;
  /** A deployment whose pods each ask for so much CPU, available when this returns. */
  deploy(
    name: string,
    options?: { replicas?: number; cpu?: string; image?: string; labels?: Record<string, string> },
  ): Promise<void>;
  /** What a path of an object says. */
  look(kind: string, name: string, path: string): Promise<string>;
  imageOf(deployment: string): Promise<string>;
  replicasOf(deployment: string): Promise<string>;
  /** Waits until a query has an answer. */
  untilPrometheus(condition: string): Promise<void>;
  /** The same cluster and Prometheus under another Holdfast, whose runs wait for no lock of this one; stopped with it. */
  beside(): Promise<ClusterStage>;
  stop(): Promise<void>;
};

/** Starts it all. @param exporter what Prometheus scrapes, as host:port; null where there is no Prometheus */
export async function startClusterStage(exporter: string | null): Promise<ClusterStage> {
  const ownPath = process.env['PATH'] ?? '';
  const [kube, prometheus] = await Promise.all([
    startKube([
      { name: 'node-a', cpu: '8' },
      { name: 'node-b', cpu: '8' },
    ]),
    exporter === null
      ? { url: 'http://127.0.0.1:1', stop: async () => {} }
      : startPrometheus({ job: 'app', address: exporter }),
  ]);
  // Steps use the kubectl of the same release.
  process.env['PATH'] = `${kube.bin}${delimiter}${ownPath}`;
  await kube.kubectl('create', 'namespace', NAMESPACE);
  const others: ClusterStage[] = [];
  const inCluster = operateCluster(kube, prometheus);
  const stage: ClusterStage = {
    ...inCluster,
    ...(await startHoldfastFor(kube, prometheus)),
    async beside() {
      const other = { ...stage, ...(await startHoldfastFor(kube, prometheus)) };
      others.push(other);
      return other;
    },
    async stop() {
      process.env['PATH'] = ownPath;
      for (const each of [stage, ...others]) await endHoldfast(each);
      await Promise.all([kube.stop(), prometheus.stop()]);
    },
  };
  return stage;
}

type OwnHoldfast = Pick<ClusterStage, 'service' | 'story' | 'folder'>;

async function startHoldfastFor(kube: TestKube, prometheus: TestPrometheus): Promise<OwnHoldfast> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-library-kube-'));
  const service = await startBreakableService();
  const story = await beginLibraryStory({
    variables: { HOME: folder, KUBECACHEDIR: join(folder, 'cache') },
    targets: {
      cluster: { kind: 'kubernetes', kubeconfig: kube.kubeconfig, context: 'test' },
      prometheus: { kind: 'prometheus', url: prometheus.url },
    },
    probes: { service: { kind: 'http', url: `${service.address}/health`, interval: '1s', timeout: '900ms' } },
  });
  return { service, story, folder };
}

async function endHoldfast({ service, story, folder }: OwnHoldfast): Promise<void> {
  await story.close();
  await service.close();
  rmSync(folder, { recursive: true, force: true });
}

function operateCluster(
  kube: TestKube,
  prometheus: TestPrometheus,
): Omit<ClusterStage, keyof OwnHoldfast | 'beside' | 'stop'> {
  const look = (kind: string, name: string, path: string) =>
    kube.kubectl('get', kind, name, '-n', NAMESPACE, '-o', `jsonpath=${path}`);
  return {
    kube,
    prometheus,
    look,
    imageOf: (name) => look('deployment', name, '{.spec.template.spec.containers[0].image}'),
    replicasOf: (name) => look('deployment', name, '{.spec.replicas}'),
    async deploy(name, { replicas = 2, cpu = '100m', image = 'shop:1', labels = { app: name } } = {}) {
      await kube.apply({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace: NAMESPACE, labels },
        spec: {
          replicas,
          selector: { matchLabels: labels },
          strategy: { rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } },
          template: {
            metadata: { labels },
            // There is nothing in these pods that could use a time of grace.
            spec: {
              terminationGracePeriodSeconds: 0,
              containers: [{ name: 'web', image, resources: { requests: { cpu } } }],
            },
          },
        },
      });
      await kube.kubectl('rollout', 'status', `deployment/${name}`, '-n', NAMESPACE, '--timeout=60s');
    },
    async untilPrometheus(condition) {
      const deadline = performance.now() + PROMETHEUS_WITHIN_MS;
      for (;;) {
        if (performance.now() > deadline) throw new Error(`Prometheus does not come to say ${condition}`);
        const response = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(condition)}`);
        const answer = (await response.json()) as { data: { result: unknown[] } };
        if (answer.data.result.length > 0) return;
      }
    },
  };
}
