import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Agent, request } from 'undici';
import { programOnPath, requireServer } from '../require-server.ts';
import { findFreePorts, makeFolder, type RunningProgram, startProgram } from './start-program.ts';

const run = promisify(execFile);
const BUILD_SCRIPT = fileURLToPath(new URL('./build-kube.sh', import.meta.url));
const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl', 'kwok'];

/**
 * Lists that come as a watch need progress notifications, which etcd 3.4 does not give: clients would try for half a
 * minute before they fall back, and nothing would be scheduled until then.
 */
const NO_WATCH_LIST = { KUBE_FEATURE_WatchListClient: 'false' };

const programFolder = () => execFileSync(BUILD_SCRIPT, ['--path'], { encoding: 'utf8' }).trim();

/** A real Kubernetes API: needs what build-kube.sh builds, and etcd. */
export const requireKube = () =>
  requireServer('kube', async () => {
    const bin = programFolder();
    const missing = PROGRAMS.find((program) => !existsSync(join(bin, program)));
    if (missing !== undefined) return `no ${missing} in ${bin}; test/harness/servers/build-kube.sh builds it`;
    return (await programOnPath('etcd')()) ?? (await programOnPath('openssl')());
  });

/** The helm that build-kube.sh puts beside them. */
export const requireHelm = () =>
  requireServer('helm', () => {
    const bin = programFolder();
    return existsSync(join(bin, 'helm')) ? null : `no helm in ${bin}; test/harness/servers/build-kube.sh builds it`;
  });

export type TestKube = {
  kubeconfig: string;
  /** Its programs, for the PATH. */
  bin: string;
  /** One kubectl command. @throws with its message */
  kubectl(...args: string[]): Promise<string>;
  apply(manifest: object): Promise<void>;
  stop(): Promise<void>;
};

/**
 * API server, controller manager and scheduler over etcd; kwok plays the kubelets, so that pods become ready without
 * containers.
 * @param nodes what each node has room for
 */
export async function startKube(nodes: readonly { name: string; cpu: string }[]): Promise<TestKube> {
  const bin = programFolder();
  const folder = await makeFolder('kube');
  const inFolder = (name: string) => join(folder.path, name);
  const [api = 0, etcd = 0, peer = 0, manager = 0, scheduler = 0] = await findFreePorts(5);
  const token = randomBytes(16).toString('hex');
  const kubeconfig = inFolder('kubeconfig');
  const running: RunningProgram[] = [];
  const stop = async () => {
    for (const program of running.reverse()) await program.stop();
    folder.remove();
  };
  const agent = new Agent({ connect: { rejectUnauthorized: false } });
  const isWell = (port: number, path: string) => async () => {
    const { statusCode, body } = await request(`https://127.0.0.1:${port}${path}`, {
      dispatcher: agent,
      headers: { authorization: `Bearer ${token}` },
    });
    await body.dump();
    return statusCode === 200;
  };
  const start = async (program: string, args: string[], isReady: () => Promise<boolean>) => {
    running.push(await startProgram({ program, args, folder: folder.path, isReady, environment: NO_WATCH_LIST }));
  };
  const kubectl = async (...args: string[]) =>
    (
      await run(join(bin, 'kubectl'), args, {
        env: { PATH: process.env['PATH'], HOME: folder.path, KUBECONFIG: kubeconfig },
      })
    ).stdout;
  try {
    mkdirSync(inFolder('certs'));
    await run('openssl', ['genrsa', '-out', inFolder('sa.key'), '2048']);
    await run('openssl', ['rsa', '-in', inFolder('sa.key'), '-pubout', '-out', inFolder('sa.pub')]);
    writeFileSync(inFolder('tokens.csv'), `${token},admin,admin,system:masters\n`);
    writeFileSync(kubeconfig, JSON.stringify(kubeconfigFor(api, token)));
    await start(
      'etcd',
      [
        `--data-dir=${inFolder('etcd')}`,
        `--listen-client-urls=http://127.0.0.1:${etcd}`,
        `--advertise-client-urls=http://127.0.0.1:${etcd}`,
        `--listen-peer-urls=http://127.0.0.1:${peer}`,
        `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
        `--initial-cluster=default=http://127.0.0.1:${peer}`,
      ],
      async () => (await fetch(`http://127.0.0.1:${etcd}/health`)).ok,
    );
    await start(
      join(bin, 'kube-apiserver'),
      [
        `--etcd-servers=http://127.0.0.1:${etcd}`,
        '--bind-address=127.0.0.1',
        '--advertise-address=127.0.0.1',
        `--secure-port=${api}`,
        `--cert-dir=${inFolder('certs')}`,
        `--service-account-key-file=${inFolder('sa.pub')}`,
        `--service-account-signing-key-file=${inFolder('sa.key')}`,
        '--service-account-issuer=https://kubernetes.default.svc',
        `--token-auth-file=${inFolder('tokens.csv')}`,
        '--authorization-mode=RBAC',
        '--service-cluster-ip-range=10.0.0.0/24',
        '--disable-admission-plugins=ServiceAccount',
        '--feature-gates=WatchList=false',
      ],
      isWell(api, '/readyz'),
    );
    const asClient = [
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      '--bind-address=127.0.0.1',
      '--leader-elect=false',
    ];
    await Promise.all([
      start(
        join(bin, 'kube-controller-manager'),
        [
          ...asClient,
          `--secure-port=${manager}`,
          `--cert-dir=${inFolder('manager')}`,
          `--service-account-private-key-file=${inFolder('sa.key')}`,
          '--controllers=*,-node-ipam-controller',
          // An autoscaler looks every quarter of a minute otherwise.
          '--horizontal-pod-autoscaler-sync-period=1s',
        ],
        isWell(manager, '/healthz'),
      ),
      start(
        join(bin, 'kube-scheduler'),
        [...asClient, `--secure-port=${scheduler}`, `--cert-dir=${inFolder('scheduler')}`],
        isWell(scheduler, '/healthz'),
      ),
      start(
        join(bin, 'kwok'),
        [`--kubeconfig=${kubeconfig}`, '--manage-all-nodes=true', '--node-lease-duration-seconds=40'],
        async () => true,
      ),
    ]);
    const apply = async (manifest: object) => {
      const file = inFolder(`manifest-${randomBytes(4).toString('hex')}.json`);
      writeFileSync(file, JSON.stringify(manifest));
      await kubectl('apply', '-f', file);
    };
    for (const node of nodes) await apply(nodeManifest(node));
    await kubectl('wait', '--for=condition=Ready', 'node', '--all', '--timeout=30s');
    return { kubeconfig, bin, kubectl, apply, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

function kubeconfigFor(port: number, token: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'test', cluster: { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
      // What a step must not talk to: nobody listens there.
      { name: 'elsewhere', cluster: { server: 'https://127.0.0.1:1' } },
    ],
    users: [{ name: 'admin', user: { token } }],
    contexts: [
      { name: 'test', context: { cluster: 'test', user: 'admin' } },
      { name: 'elsewhere', context: { cluster: 'elsewhere', user: 'admin' } },
    ],
    'current-context': 'test',
  };
}

function nodeManifest({ name, cpu }: { name: string; cpu: string }): object {
  const room = { cpu, memory: '64Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, annotations: { 'kwok.x-k8s.io/node': 'fake' }, labels: { 'kubernetes.io/hostname': name } },
    status: { allocatable: room, capacity: room },
  };
}
