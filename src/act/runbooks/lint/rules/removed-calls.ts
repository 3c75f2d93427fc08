import { hasOption, type LintCommand } from '../lint-script.ts';
import { kubectlWords } from './kubernetes-rules.ts';

/** A call newer releases refuse. `option` is set where the option alone tells, so that it is not reported as unknown too. */
type RemovedCall = {
  tool: string;
  option?: string;
  matches(command: LintCommand): boolean;
  message: string;
  once?: true;
};

const verbs = (command: LintCommand) =>
  command.args.filter((arg) => !arg.value.startsWith('-')).map((arg) => arg.value);
/** The verb, also behind `-n x` and its like. */
const kubectlVerb = (command: LintCommand) => kubectlWords(command)[0] ?? '';
const withOption = (tool: string, option: string, message: string, verb = /./): RemovedCall => ({
  tool,
  option,
  message,
  matches: (command) => hasOption(command, option) && verb.test(verbs(command)[0] ?? ''),
});

export const REMOVED: readonly RemovedCall[] = [
  withOption('kubectl', '--generator', 'kubectl run --generator was removed in 1.21; kubectl run makes pods only'),
  withOption('kubectl', '--export', 'kubectl get --export was removed in 1.18', /^get$/),
  withOption(
    'kubectl',
    '--delete-local-data',
    'kubectl drain --delete-local-data is now --delete-emptydir-data',
    /^drain$/,
  ),
  withOption('helm', '--purge', 'helm 3 has no --purge: helm uninstall removes the release altogether'),
  withOption('helm', '--tiller-namespace', 'helm 3 has no Tiller'),
  {
    tool: 'kubectl',
    matches: (command) => verbs(command)[0] === 'rolling-update',
    message: 'kubectl rolling-update was removed in 1.18; use kubectl rollout',
  },
  {
    tool: 'kubectl',
    matches: (command) =>
      verbs(command)[0] === 'patch' &&
      /^(?:hpa|horizontalpodautoscaler)/.test(verbs(command)[1] ?? '') &&
      command.args.some((arg) => arg.value.includes('targetCPUUtilizationPercentage')),
    message:
      'targetCPUUtilizationPercentage is a field of autoscaling/v1; kubectl patches autoscaling/v2, where the target stands in spec.metrics, and the field is dropped',
  },
  {
    tool: 'kubectl',
    matches: (command) => kubectlVerb(command) === 'log',
    message: 'kubectl log is kubectl logs since 1.4',
  },
  {
    tool: 'kubectl',
    matches: (command) => /^(?:rsh|adm|new-project|new-app|project|start-build)$/.test(kubectlVerb(command)),
    message: 'this is a command of oc; kubectl has none of that name',
  },
  {
    tool: 'helm',
    matches: (command) => verbs(command)[0] === 'init',
    message: 'helm 3 has no helm init',
  },
  {
    tool: 'etcdctl',
    matches: (command) => verbs(command)[0] === 'snapshot' && ['restore', 'status'].includes(verbs(command)[1] ?? ''),
    message: 'etcdctl snapshot restore and status were removed in etcd 3.6; etcdutl has them since 3.5',
  },
  {
    tool: 'etcdctl',
    matches: (command) =>
      ['cluster-health', 'backup', 'ls', 'rm', 'mk', 'mkdir', 'set'].includes(verbs(command)[0] ?? ''),
    message: 'this is etcd’s API of version 2, which 3.6 no longer has',
  },
  {
    tool: 'curl',
    matches: (command) => command.args.some((arg) => /(?::9093|alertmanager[^/\s]*)\/api\/v1\//i.test(arg.value)),
    message: 'Alertmanager removed its API v1 in 0.27; the same is at /api/v2',
  },
  {
    tool: 'apt-key',
    matches: () => true,
    message: 'apt-key was removed from Debian 13 and Ubuntu 24.10; put the key below /etc/apt/keyrings',
  },
  {
    tool: 'docker-compose',
    once: true,
    matches: () => true,
    message:
      'docker-compose (version 1) has had no releases since 2021 and is gone from new installations; write docker compose',
  },
];
