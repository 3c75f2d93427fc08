import { TOOLS } from '../risk-table/index.ts';
import { MANIFEST_TAKES_AWAY } from '../risk-table/kubernetes.ts';
import type { RiskTool } from '../risk-table/rule.ts';
import { judgeByRules, readCalls } from './match-rule.ts';
import { judgeScriptOnInput } from './script-on-input.ts';
import { plainWord, type ShellWord } from './shell-words.ts';
import { ENTERED, type Judge, type SpecialCall, valuesOf } from './special-call.ts';
import { riskiest, type Verdict } from './verdict.ts';
import { afterWrapper } from './wrappers.ts';

/**
 * Tools that run a command in another container, machine or environment: where that command begins. With `itself` the
 * verb is the program (`k3s kubectl …`).
 */
type Remote = { verb: RegExp; valueOptions: readonly string[]; ownWords: number; itself?: true };
const options = (list: string) => list.split(' ');
const KUBECTL_EXEC_OPTIONS = options(
  '-n --namespace -c --container --context --kubeconfig --cluster --user -f --pod-running-timeout -s --server --as --token',
);
const KUBECTL_RUN_OPTIONS = [
  ...KUBECTL_EXEC_OPTIONS,
  ...options(
    '--image --restart --overrides --env --labels -l --port --limits --requests --serviceaccount --target --copy-to --profile --to-namespace --one-container --as-user --node-name',
  ),
];
const DOCKER_EXEC_OPTIONS = options(
  '-u --user -e --env -w --workdir --env-file --index -H --host -f --file -p --project-name --profile --context --detach-keys',
);
const DOCKER_RUN_OPTIONS = [
  ...DOCKER_EXEC_OPTIONS,
  ...options(
    '-v --volume --name --network --net --publish --entrypoint -m --memory --cpus --mount -l --label --restart --hostname -h --add-host --platform --pull --volumes-from --link --log-driver --log-opt --ulimit --cap-add --cap-drop --device --security-opt --shm-size --tmpfs --pid --ipc --ip --dns --expose --gpus',
  ),
];
const kubectl: readonly Remote[] = [
  { verb: /^exec$/, valueOptions: KUBECTL_EXEC_OPTIONS, ownWords: 1 },
  { verb: /^(?:run|debug)$/, valueOptions: KUBECTL_RUN_OPTIONS, ownWords: 1 },
];
const containers: readonly Remote[] = [
  { verb: /^exec$/, valueOptions: DOCKER_EXEC_OPTIONS, ownWords: 1 },
  { verb: /^run$/, valueOptions: DOCKER_RUN_OPTIONS, ownWords: 1 },
];
const compose: readonly Remote[] = [{ verb: /^(?:exec|run)$/, valueOptions: DOCKER_EXEC_OPTIONS, ownWords: 1 }];
/** `TOOL run COMMAND`: an environment around a command. */
const around = (verb: RegExp, valueOptions: string, ownWords = 0): readonly Remote[] => [
  { verb, valueOptions: options(valueOptions), ownWords },
];
const bundle = (verb: RegExp): readonly Remote[] => [{ verb, valueOptions: [], ownWords: 0, itself: true }];

export const REMOTE: Readonly<Record<string, readonly Remote[]>> = {
  kubectl,
  k: kubectl,
  oc: [...kubectl, { verb: /^rsh$/, valueOptions: KUBECTL_EXEC_OPTIONS, ownWords: 1 }],
  docker: containers,
  podman: containers,
  nerdctl: containers,
  'docker-compose': compose,
  'podman-compose': compose,
  crictl: [{ verb: /^exec$/, valueOptions: ['--timeout', '-r', '--runtime-endpoint'], ownWords: 1 }],
  ctr: around(/^exec$/, '--exec-id --user --cwd -n --namespace', 1),
  runc: around(/^exec$/, '-u --user -e --env --cwd -d -p --process', 1),
  nomad: around(/^exec$/, '-task -job -namespace -region -address -e', 1),
  lxc: around(/^exec$/, '--user --env --cwd --mode --group', 1),
  incus: around(/^exec$/, '--user --env --cwd --mode --group', 1),
  multipass: around(/^exec$/, '-d --working-directory', 1),
  machinectl: around(/^shell$/, '--uid -E -M', 1),
  ip: around(/^exec$/, '-n', 1),
  consul: [...around(/^lock$/, '-name -n -http-addr -token', 1), ...around(/^exec$/, '-node -service -tag -http-addr')],
  tsh: around(/^ssh$/, '--cluster --proxy -l -p -L', 1),
  'aws-vault': around(/^exec$/, '-d --duration --region -t --mfa-token', 1),
  'aws-okta': around(/^exec$/, '-d --duration', 1),
  chamber: around(/^exec$/, '-b', 1),
  doppler: around(/^run$/, '-p --project -c --config -t --token'),
  op: around(/^run$/, '--env-file --account'),
  infisical: around(/^run$/, '--env --path --projectId --token'),
  railway: around(/^run$/, '-s --service -e --environment'),
  minikube: [...around(/^ssh$/, '-n --node -p --profile'), ...bundle(/^kubectl$/)],
  k3s: bundle(/^(?:kubectl|crictl|ctr)$/),
  microk8s: bundle(/^(?:kubectl|helm3?|istioctl|linkerd|ctr)$/),
  d8: bundle(/^(?:k|kubectl)$/),
  k0s: bundle(/^(?:kubectl|ctr)$/),
  poetry: around(/^run$/, '-C'),
  pipenv: around(/^run$/, ''),
  uv: around(/^run$/, '--with --python -p --project --extra'),
  hatch: around(/^run$/, '-e'),
  pdm: around(/^run$/, '-p'),
  conda: around(/^run$/, '-n --name -p --prefix'),
  bundle: around(/^exec$/, ''),
  mise: around(/^(?:exec|x)$/, ''),
  asdf: around(/^exec$/, ''),
  direnv: around(/^exec$/, '', 1),
  pct: around(/^exec$/, '', 1),
  qm: around(/^exec$/, '--timeout --synchronous --pass-stdin', 1),
  vzctl: around(/^exec2?$/, '', 1),
  buildah: around(/^run$/, '--user -v --volume', 1),
};

/** Groups of verbs a command may stand under: `docker container exec`, `nomad alloc exec`, `ip netns exec`. */
const ROOFS: Readonly<Record<string, RegExp>> = {
  docker: /^container$/,
  podman: /^container$/,
  nerdctl: /^container$/,
  nomad: /^alloc$/,
  ctr: /^(?:tasks?|t)$/,
  ip: /^netns$/,
  qm: /^guest$/,
};

export const judgeContainerTool: Judge = async (call) => {
  const { judging } = call;
  let { name, args } = call;
  if (name === 'k') name = 'kubectl';
  // `docker compose …` and `docker container exec …` are the same commands under another roof.
  const tool = TOOLS.get(name);
  const firstWord = tool === undefined ? undefined : readCalls(tool, valuesOf(args))[0]?.positionals[0];
  const first = args.findIndex((arg) => arg.value === firstWord);
  if (/^(?:docker|podman|nerdctl)$/.test(name) && firstWord === 'compose') {
    return judgeContainerTool({
      ...call,
      name: 'docker-compose',
      args: [...args.slice(0, first), ...args.slice(first + 1)],
    });
  }
  // Rook's plugin runs what stands behind it in the toolbox.
  if (firstWord === 'rook-ceph' && tool !== undefined) {
    const at = args.findIndex(
      (arg, place) => place > first && /^(?:ceph|rbd|rados|radosgw-admin|ceph-volume)$/.test(arg.value),
    );
    if (at > first && readCalls(tool, valuesOf(args.slice(first + 1)))[0]?.positionals[0] === args[at]!.value)
      return judging.command(args.slice(at), call.input);
  }
  const own = tool === undefined ? undefined : ownVerdict(tool, name, call);
  if (firstWord !== undefined && ROOFS[name]?.test(firstWord))
    args = [...args.slice(0, first), ...args.slice(first + 1)];
  const verbs =
    tool === undefined
      ? [args.find((arg) => !arg.value.startsWith('-'))?.value ?? '']
      : readCalls(tool, valuesOf(args)).map((reading) => reading.positionals[0] ?? '');
  const remote = (REMOTE[name] ?? []).find((each) => verbs.some((verb) => each.verb.test(verb)));
  if (remote === undefined) return own ?? { class: 'opaque', reason: `nothing is known about \`${name} ${verbs[0]}\`` };
  const at = args.findIndex((arg) => remote.verb.test(arg.value));
  const verb = args[at]!.value;
  if (remote.itself) return judging.command([plainWord(verb), ...args.slice(at + 1)], call.input);
  const inner = afterRemoteTarget(remote, args.slice(at + 1));
  const starts =
    /^(?:run|debug)$/.test(verb) && /^(?:kubectl|oc|docker|podman|nerdctl|docker-compose|podman-compose)$/.test(name);
  const onNode = args.some((arg) => /^nodes?\//.test(arg.value));
  const start: Verdict =
    starts && !onNode
      ? { class: 'change', reason: `${name} ${verb} starts a container` }
      : { class: 'read', reason: `${name} ${verb} runs a command in a container` };
  // `tsh ssh host 'systemctl stop x'`: one word with blanks is a line for the shell over there.
  if (inner.length === 1 && /\s/.test(inner[0]!.value.trim()))
    return riskiest([await judging.script(inner[0]!.value, call.input), start]);
  if (inner.length > 0) {
    const judged = await judging.command(inner, call.input);
    const image = starts ? programOfImage(args[args.indexOf(inner[0]!) - 1]?.value ?? '') : undefined;
    if (judged.class !== 'opaque' || image === undefined) return riskiest([judged, start]);
    return riskiest([await judging.command([plainWord(image), ...inner], call.input), start]);
  }
  if (!starts) return judgeScriptOnInput(name, call.input, judging);
  // An image without a command runs the program it was built for, as every deployment does; with a terminal a person types.
  return opensTerminal(valuesOf(args)) || verb === 'debug' ? { ...ENTERED } : start;
};

/** `bitnami/kubectl:1.31`, `amazon/aws-cli`: images named after the program that takes the words behind them. */
function programOfImage(image: string): string | undefined {
  const name = /^(?:[\w.:-]+\/)*([a-z][\w-]*?)(?:-cli)?(?::[\w.-]+)?(?:@sha256:\w+)?$/.exec(image)?.[1];
  return name !== undefined && TOOLS.has(name) ? name : undefined;
}

const opensTerminal = (args: readonly string[]): boolean =>
  args.some((arg) => /^-(?=[a-z]*i)(?=[a-z]*t)[a-z]+$/.test(arg)) ||
  (args.some((arg) => arg === '-i' || arg === '--stdin' || arg === '--interactive') &&
    args.some((arg) => arg === '-t' || arg === '--tty'));

/** A manifest on standard input can take a workload down as well as a patch can. */
function ownVerdict(tool: RiskTool, name: string, { args, input }: SpecialCall): Verdict {
  const own = judgeByRules(tool, valuesOf(args), name);
  if (own.class !== 'change' || input.text === null || !MANIFEST_TAKES_AWAY.test(input.text)) return own;
  return { class: 'destroy', reason: `the manifest given to ${name} takes a workload down or a guard away` };
}

function afterRemoteTarget(remote: Remote, args: readonly ShellWord[]): readonly ShellWord[] {
  const dashes = args.findIndex((arg) => arg.value === '--');
  const before = dashes < 0 ? args : args.slice(0, dashes);
  const inner = afterWrapper(remote, before);
  if (dashes < 0) return inner;
  return inner.length > 0 ? [...inner, ...args.slice(dashes + 1)] : args.slice(dashes + 1);
}
