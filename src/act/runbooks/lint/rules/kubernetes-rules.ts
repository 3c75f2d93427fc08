import { commandRisk } from '../command-risk.ts';
import { type LintRule, sh } from '../lint-rule.ts';
import { commentAbove, hasOption, type LintCommand, optionValue, outputGoesTo, writtenAs } from '../lint-script.ts';

const KUBECTL = /^(?:kubectl|oc)$/;
/** The words of a kubectl call that are no options; `-n x` and its like are taken out. */
export function kubectlWords(command: LintCommand): string[] {
  const words: string[] = [];
  for (let at = 0; at < command.args.length; at++) {
    const value = command.args[at]!.value;
    if (value === '--') break;
    if (!value.startsWith('-') || value === '-') words.push(value);
    else if (
      /^(?:-n|--namespace|--context|-l|--selector|-f|--filename|-o|--output|-c|--container|-p|--patch|--type|--cluster|--kubeconfig|--as|--timeout|--image|--field-selector|--sort-by|--grace-period|-k|--since|--tail|--replicas)$/.test(
        value,
      )
    )
      at++;
  }
  return words;
}

const NAMESPACED =
  /^(?:delete|scale|rollout|set|patch|edit|exec|cp|annotate|label|autoscale|expose|run|create|replace|port-forward)$/;
const NOT_NAMESPACED =
  /^(?:nodes?|no|namespaces?|ns|pvs?|persistentvolumes?|clusterroles?|clusterrolebindings?|storageclass(?:es)?|sc|crds?|customresourcedefinitions?|csr|certificatesigningrequests?|priorityclass(?:es)?|validatingwebhookconfigurations?|mutatingwebhookconfigurations?|apiservices?|ingressclass(?:es)?|token)(?:$|\/)/;

/** Calls of kubectl and helm. */
export const KUBERNETES_RULES: readonly LintRule[] = [
  {
    id: 'namespace-missing',
    severity: 'warning',
    title: 'A change without the namespace the rest of the document names',
    why: "It goes to whatever namespace the reader's kubectl points at: the wrong object is changed, or it is not found and the step is skipped.",
    fix: 'Name the namespace here too.',
    bad: sh(
      'kubectl get pods -n shop\nkubectl describe deployment/api -n shop\nkubectl rollout restart deployment/api',
    ),
    good: sh(
      'kubectl get pods -n shop\nkubectl describe deployment/api -n shop\nkubectl rollout restart deployment/api -n shop',
    ),
    silent: [
      sh(
        'kubectl get pods -n shop\nkubectl get svc -n shop\nkubectl drain node-1\nkubectl delete node node-1\nkubectl apply -f k8s/',
      ),
      sh(
        'kubectl config set-context --current --namespace=shop\nkubectl get pods -n shop\nkubectl get pods -n shop\nkubectl delete pod x',
      ),
      sh('kubectl get pods\nkubectl delete pod x\nkubectl get pods -n kube-system'),
      sh('kubectl get pods -n shop\nkubectl get svc -n shop\nkubectl cp queue/mq-0:/tmp/a.json ./a.json'),
    ],
    *check(document) {
      const calls = document.commands.filter((command) => KUBECTL.test(command.name));
      const named = calls.filter(namesNamespace);
      const plain = calls.filter((command) => !namesNamespace(command) && needsNamespace(command));
      if (named.length < 2 || named.length < plain.length) return;
      if (/set-context\b[^\n]*--namespace|\bkubens\b|kubectl ns /.test(document.text)) return;
      for (const command of plain) {
        if (commandRisk(command) === 'read' && !isAppliedByPipe(command)) continue;
        const common = mostCommon(
          named.map((each) => optionValue(each, '-n', '--namespace') ?? '').filter((each) => /^[\w-]+$/.test(each)),
        );
        yield {
          at: command,
          message: `\`${writtenAs(command, 44)}\` names no namespace, as the others do${common === undefined ? '' : ` (-n ${common})`}`,
        };
      }
    },
  },
  {
    id: 'logs-of-selector-cut',
    severity: 'warning',
    title: 'Logs of a selector without --tail: only the last ten lines of each pod',
    why: 'With `-l` kubectl shows ten lines per pod unless told otherwise. Searched or saved, the rest is missing, and evidence is incomplete without a sign of it.',
    fix: 'Add `--tail=-1`.',
    bad: sh('kubectl logs -l app=shop -n shop | grep ERROR'),
    good: sh('kubectl logs -l app=shop -n shop --tail=-1 | grep ERROR'),
    loud: [sh('kubectl logs -l app=shop --since=1h > incident.txt')],
    silent: [
      sh('kubectl logs -l app=shop -n shop'),
      sh('kubectl logs deployment/shop | grep ERROR'),
      sh('kubectl logs -f -l app=shop | grep ERROR'),
    ],
    *check(document) {
      for (const command of document.commands) {
        if (
          !KUBECTL.test(command.name) ||
          kubectlWords(command)[0] !== 'logs' ||
          !hasOption(command, '-l', '--selector')
        )
          continue;
        if (hasOption(command, '--tail', '-f', '--follow') || outputGoesTo(command) === 'screen') continue;
        yield {
          at: command,
          message: 'with -l only the last ten lines of each pod come',
          ...(!command.quoted && {
            fix: { title: 'Ask for all lines', edits: [{ start: command.end, end: command.end, text: ' --tail=-1' }] },
          }),
        };
      }
    },
  },
  {
    id: 'delete-then-apply',
    severity: 'warning',
    title: 'A workload is deleted to be made again',
    why: 'Between the two everything is down, history and rollback are gone, and when the file does not apply nothing is left at all.',
    fix: 'Use `kubectl rollout restart`, or `kubectl apply` alone.',
    bad: sh('kubectl delete deployment api -n shop\nkubectl apply -f k8s/deployment.yaml'),
    good: sh('kubectl rollout restart deployment/api -n shop\nkubectl rollout status deployment/api -n shop'),
    silent: [
      sh('kubectl delete pod api-1\nkubectl apply -f x.yaml'),
      sh('kubectl delete job migrate\nkubectl apply -f job.yaml'),
    ],
    *check(document) {
      for (const [place, command] of document.commands.entries()) {
        const [verb, kind = ''] = kubectlWords(command);
        if (
          !KUBECTL.test(command.name) ||
          verb !== 'delete' ||
          !/^(?:deploy(?:ments?)?|sts|statefulsets?|ds|daemonsets?|ing(?:ress(?:es)?)?|svc|services?)(?:$|\/)/.test(
            kind,
          )
        )
          continue;
        const next = document.commands
          .slice(place + 1)
          .find((other) => KUBECTL.test(other.name) && other.block === command.block);
        if (next !== undefined && /^(?:apply|create)$/.test(kubectlWords(next)[0] ?? '') && hasOption(next, '-f', '-k'))
          yield {
            at: command,
            message: `everything of ${kind} is down until \`${writtenAs(next, 40)}\` has worked, and stays down when it does not`,
          };
      }
    },
  },
  {
    id: 'alternatives-in-sequence',
    severity: 'warning',
    title: 'Alternatives written as a sequence',
    why: 'Run from top to bottom the second undoes the first: scaled up and down again, rolled back twice.',
    fix: 'Say which is for when, as options, or leave one.',
    bad: sh(
      '# Increase replicas\nkubectl scale deployment api --replicas=20 -n shop\n\n# Decrease replicas\nkubectl scale deployment api --replicas=10 -n shop',
    ),
    good: sh('# Increase replicas\nkubectl scale deployment api --replicas=20 -n shop'),
    loud: [sh('kubectl rollout undo deployment/api\nkubectl rollout undo deployment/api --to-revision=3')],
    silent: [
      sh('kubectl scale deployment api --replicas=0\n./migrate.sh\nkubectl scale deployment api --replicas=3'),
      sh(
        '# Option 1: more\nkubectl scale deployment api --replicas=20\n\n# Option 2: fewer\nkubectl scale deployment api --replicas=2',
      ),
      sh('kubectl scale deployment a --replicas=2\nkubectl scale deployment b --replicas=3'),
      sh('kubectl scale deployment api --replicas=20\n# Or\nkubectl scale deployment api --replicas=10'),
    ],
    *check(document) {
      for (const block of document.blocks) {
        const calls = (block.script?.commands ?? []).filter((command) => !command.quoted);
        if (/^\s*#.*\b(?:option|or|alternative(?:ly)?|either)\b/im.test(block.text)) continue;
        for (const [place, command] of calls.entries()) {
          const before = calls[place - 1];
          if (before === undefined || !KUBECTL.test(command.name) || before.name !== command.name) continue;
          const [words, earlier] = [kubectlWords(command), kubectlWords(before)];
          const target = (list: string[]) =>
            list
              .slice(1)
              .join('/')
              .replace(/^undo\//, '');
          if (target(words) !== target(earlier) || optionValue(command, '-n') !== optionValue(before, '-n')) continue;
          const [to, from] = [optionValue(command, '--replicas'), optionValue(before, '--replicas')];
          const rescaled =
            words[0] === 'scale' &&
            earlier[0] === 'scale' &&
            to !== undefined &&
            from !== undefined &&
            to !== from &&
            from !== '0';
          const undone = words[1] === 'undo' && earlier[1] === 'undo' && words[0] === 'rollout';
          if (rescaled || undone)
            yield { at: command, message: `run in sequence this undoes \`${writtenAs(before, 50)}\` right above` };
        }
      }
    },
  },
  {
    id: 'scaled-down-for-good',
    severity: 'warning',
    title: 'A workload scaled to nothing and never back',
    why: 'The procedure ends with the service down; who follows it to the letter leaves it down.',
    fix: 'Scale it up again, or say in the text where that happens.',
    bad: '## Restore the database\n\n```bash\nkubectl scale deployment/api --replicas=0 -n shop\npg_restore -d shop shop.dump\n```\n',
    good: '## Restore the database\n\n```bash\nkubectl scale deployment/api --replicas=0 -n shop\npg_restore -d shop shop.dump\nkubectl scale deployment/api --replicas=3 -n shop\n```\n',
    silent: [
      '## Blue-green\n\n```bash\nkubectl scale deployment/api-blue --replicas=0\n```\n',
      '## Decommission\n\n```bash\nkubectl scale deployment/api --replicas=0\n```\n',
      '## Stop the shop\n\n```bash\nkubectl scale deployment/api --replicas=0\n```\n',
    ],
    *check(document) {
      for (const [place, command] of document.commands.entries()) {
        const words = kubectlWords(command);
        if (!KUBECTL.test(command.name) || words[0] !== 'scale' || optionValue(command, '--replicas') !== '0') continue;
        const said = `${command.block.headings.join(' ')} ${command.block.announced} ${commentAbove(command)} ${words.join(' ')}`;
        if (
          /blue|green|canary|old|decommission|remov|uninstall|tear|retire|delet|clean|stop|shut|emergency|isolat|contain|scale down|disable|kill|rollback|roll back|suspend|pause/i.test(
            said,
          )
        )
          continue;
        const name = words.slice(1).join('/').split('/').at(-1)!;
        const back = document.commands
          .slice(place + 1)
          .some(
            (other) =>
              (KUBECTL.test(other.name) || other.name === 'helm') &&
              (/^(?:apply|replace|upgrade|rollback)$/.test(kubectlWords(other)[0] ?? '') ||
                (kubectlWords(other)[0] === 'scale' &&
                  optionValue(other, '--replicas') !== '0' &&
                  kubectlWords(other).join('/').split('/').at(-1) === name) ||
                (kubectlWords(other)[0] === 'patch' && /replicas/.test(writtenAs(other, 400)))),
          );
        if (!back) yield { at: command, message: `${name} is scaled to 0 and never up again` };
      }
    },
  },
  {
    id: 'unpinned-manifest',
    severity: 'warning',
    title: 'A manifest from the internet that is not pinned',
    why: 'What is applied is whatever stands there on that night, with the rights of the person on call.',
    fix: 'Name a release in the address, or keep the file beside the runbook.',
    bad: sh('kubectl apply -f https://raw.githubusercontent.com/example/tool/main/install.yaml'),
    good: sh('kubectl apply -f https://raw.githubusercontent.com/example/tool/v1.4.2/install.yaml'),
    loud: [sh('kubectl apply -f http://example.com/install.yaml')],
    *check(document) {
      for (const command of document.commands) {
        if (!KUBECTL.test(command.name) || !/^(?:apply|create|replace)$/.test(kubectlWords(command)[0] ?? '')) continue;
        const source = command.args.find((arg) => /^https?:\/\//.test(arg.value));
        if (source !== undefined && /^http:|\/(?:main|master|latest|HEAD|develop|stable)\//.test(source.value))
          yield {
            at: source,
            message: source.value.startsWith('http:')
              ? 'anyone on the way can change what is applied here'
              : 'this applies whatever stands there today',
          };
      }
    },
  },
  {
    id: 'latest-tag',
    severity: 'warning',
    title: 'A deployment of `latest`',
    why: 'Nobody can say what is running, two nodes may run different builds, and a rollback pulls the same broken one again.',
    fix: 'Name the version or the digest.',
    bad: sh('kubectl set image deployment/api api=registry.example.com/api:latest -n shop'),
    good: sh('kubectl set image deployment/api api=registry.example.com/api:2.4.1 -n shop'),
    loud: [sh('helm upgrade shop ./chart --set image.tag=latest')],
    silent: [
      sh('trivy image api:latest'),
      sh('docker build -t api:latest .'),
      sh('docker run --rm -it alpine:latest sh'),
    ],
    *check(document) {
      for (const command of document.commands) {
        const words = kubectlWords(command);
        const deploys =
          (KUBECTL.test(command.name) && words[0] === 'set' && words[1] === 'image') ||
          (command.name === 'helm' && /^(?:install|upgrade)$/.test(words[0] ?? '')) ||
          (command.name === 'docker' && words[0] === 'service' && words[1] === 'update');
        const tag = deploys ? command.args.find((arg) => /(?::|tag=)latest$/.test(arg.value)) : undefined;
        if (tag !== undefined) yield { at: tag, message: `\`${tag.value}\` is whatever was built last` };
      }
    },
  },
  {
    id: 'sleep-for-rollout',
    severity: 'warning',
    title: 'A sleep where a rollout can be waited for',
    why: 'Too short on a bad night, when pulling the image takes long, and too long on all others; the next step runs either way.',
    fix: 'Use `kubectl rollout status … --timeout=…` or `kubectl wait --for=…`.',
    bad: sh('kubectl rollout restart deployment/api -n shop\nsleep 30\ncurl -f https://api.example.com/health'),
    good: sh(
      'kubectl rollout restart deployment/api -n shop\nkubectl rollout status deployment/api -n shop --timeout=5m\ncurl -f https://api.example.com/health',
    ),
    silent: [
      sh('kubectl set env deployment/api WEIGHT=50\nsleep 300\n./check.sh'),
      sh('while ! curl -f x; do sleep 5; done'),
    ],
    *check(document) {
      for (const [place, command] of document.commands.entries()) {
        const before = document.commands[place - 1];
        if (
          command.name !== 'sleep' ||
          before === undefined ||
          before.block !== command.block ||
          !KUBECTL.test(before.name)
        )
          continue;
        const [verb, what] = kubectlWords(before);
        const [, number, unit = 's'] = /^(\d+)([smh]?)$/.exec(command.args[0]?.value ?? '') ?? [];
        const seconds = Number(number) * (unit === 'm' ? 60 : unit === 'h' ? 3600 : 1);
        // Longer pauses are there to watch the metrics.
        if (
          seconds < 120 &&
          ((verb === 'rollout' && what === 'restart') ||
            verb === 'apply' ||
            (verb === 'scale' && optionValue(before, '--replicas') !== '0'))
        )
          yield {
            at: command,
            message: `sleep ${command.args[0]!.value} does not know whether \`${writtenAs(before, 40)}\` is done`,
          };
      }
    },
  },
];

const namesNamespace = (command: LintCommand) =>
  hasOption(command, '-n', '--namespace', '-A', '--all-namespaces') ||
  command.args.some((arg) => /^-n[\w-]/.test(arg.value));

function needsNamespace(command: LintCommand): boolean {
  const [verb = '', kind = '', third = ''] = kubectlWords(command);
  if (!NAMESPACED.test(verb) || NOT_NAMESPACED.test(kind) || NOT_NAMESPACED.test(third)) return false;
  // `kubectl cp shop/pod:/file .` names it in the path.
  if (verb === 'cp' && [kind, third].some((word) => /^[\w.-]+\/[\w.-]+:/.test(word))) return false;
  // A pod that is thrown away at once may look from anywhere.
  if (verb === 'run' && hasOption(command, '--rm')) return false;
  // A manifest may name its namespace itself.
  if (hasOption(command, '-f', '--filename', '-k', '--kustomize')) return false;
  if (command.args.some((arg) => /^(?:--all|--help|-h)$/.test(arg.value) && verb === 'delete')) return true;
  return kind !== '';
}

/** `kubectl create … --dry-run=client -o yaml | kubectl apply -f -`: what is made here is applied as it is. */
function isAppliedByPipe(command: LintCommand): boolean {
  const stages = command.block.script?.pipelines.find((each) => each[0] === command) ?? [];
  const last = stages.at(-1);
  return (
    last !== undefined &&
    KUBECTL.test(last.name) &&
    /^(?:apply|create|replace)$/.test(kubectlWords(last)[0] ?? '') &&
    !namesNamespace(last)
  );
}

function mostCommon(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((left, right) => right[1] - left[1])[0]?.[0];
}
