import { nearestName } from '../edit-distance.ts';
import { type LintRule, sh } from '../lint-rule.ts';
import type { LintCommand } from '../lint-script.ts';
import { unknownOptions } from '../tools/read-options.ts';
import { REMOVED } from './removed-calls.ts';

/** Calls that the tool itself would refuse, by tables made from the tools' own help. */
export const TOOL_RULES: readonly LintRule[] = [
  {
    id: 'unknown-option',
    severity: 'error',
    title: 'An option that the tool does not have',
    why: 'The tool prints its usage and does nothing; in the middle of a recovery that is a step that silently was not done.',
    fix: 'Take the option the tool has; its `--help` lists them.',
    bad: sh('pg_restore -d shop --to-timestamp="2023-06-01 10:30:00" shop.dump'),
    good: sh('pg_restore -d shop --clean --if-exists shop.dump'),
    loud: [
      sh('kubectl rollout history deployment --all-namespaces'),
      sh('kubectl get pods --namepsace shop'),
      sh('helm upgrade shop ./chart --instal'),
      sh('docker run --deamon nginx'),
      sh('systemctl restart nginx --no-wait'),
      sh('sudo -u postgres pg_dump --gzip shop'),
      sh('gcloud compute instances list --al-zones --only-running'),
      sh('gcloud sql instances failover shop --force'),
    ],
    silent: [
      sh('kubectl exec -it shop -- ls --color --no-such'),
      sh('kubectl exec shop ls --no-such'),
      sh(
        'gcloud compute ssh vm-1 --zone=$ZONE --command="uptime" -- -N\ngcloud --project=x container clusters get-credentials y --region z\ngcloud beta run deploy x --no-such\ngcloud compute firewall-rules create a --allow tcp:22 --source-ranges=10.0.0.0/8 --quiet',
      ),
      sh('kubectl get pods -nshop -owide --show-labels -l app=x -A'),
      sh('kubectl delete pod x --grace-period=0 --force'),
      sh('kubectl --context prod -n shop drain node-1 --ignore-daemonsets --delete-emptydir-data'),
      sh('docker run --rm -it -v /a:/b -p 80:80 ubuntu tar czf --no-such x'),
      sh('docker compose up -d --no-such'),
      sh('helm upgrade --install shop ./chart -f v.yaml --set a=b --atomic --timeout 5m -n shop'),
      sh('psql -h h -U u -d d -tAc "select 1" --sing -v ON_ERROR_STOP=1'),
      sh('curl -fsSL -XPOST -H "a: b" --data-raw x --retry 3 -o /dev/null -w "%{http_code}" https://x'),
      sh(
        'redis-cli -h r -p 6379 -a x --scan --pattern "a*"\nredis-cli CONFIG SET maxmemory-policy allkeys-lru\nredis-cli SET a b --no-such',
      ),
      sh('terraform plan -out=x -var "a=b" -target=module.x\nterraform apply -auto-approve x'),
      sh('systemctl list-units --type=service --state=failed --no-pager'),
      sh('journalctl -u nginx -n 100 -f --since "1 hour ago" -xe'),
      sh('git push --force-with-lease origin main\ngit log --oneline --graph\ngit -C /x checkout -b y'),
      sh('etcdctl --endpoints=$E snapshot save x.db\netcdctl endpoint status -w table --cluster'),
      sh(
        'kubectl argo rollouts promote x --full\nkubectl get pods --sort-by=.metadata.creationTimestamp --field-selector=status.phase!=Running',
      ),
      sh('pg_dump -Fc -j 4 -f x.dump --no-owner -n public shop'),
    ],
    *check(document) {
      for (const command of document.commands) {
        for (const problem of unknownOptions(command, document.tools)) {
          if (
            problem.kind !== 'option' ||
            REMOVED.some((removed) => removed.option === problem.name && removed.tool === command.name)
          )
            continue;
          const meant = nearestName(problem.name, problem.known);
          const at = problem.word.raw.indexOf(problem.name);
          const span = { start: problem.word.start + at, end: problem.word.start + at + problem.name.length };
          yield {
            at: at < 0 || command.quoted ? problem.word : span,
            message: `${problem.command} has no option ${problem.name}${meant === undefined ? '' : `; did you mean ${meant}?`} (${command.name} ${document.tools[command.name]?.version ?? ''})`,
            ...(meant !== undefined &&
              meant.length > 5 &&
              at >= 0 &&
              !command.quoted && { fix: { title: `Write ${meant}`, edits: [{ ...span, text: meant }] } }),
          };
        }
      }
    },
  },
  {
    id: 'unknown-subcommand',
    severity: 'error',
    title: 'A subcommand that the tool does not have',
    why: 'The tool answers "unknown command" and does nothing.',
    fix: 'Take the command the tool has; its `--help` lists them.',
    bad: sh('kubectl rollout restat deployment/shop'),
    good: sh('kubectl rollout restart deployment/shop'),
    loud: [sh('docker containr ls'), sh('systemctl restrat nginx'), sh('helm rolback shop 3')],
    silent: [
      sh(
        'kubectl neat get pods\nkubectl ns shop\ndocker scout cves x\ndocker compose ps\nhelm secrets view x\nkubectl get restat',
      ),
      sh('systemctl start restrat'),
    ],
    *check(document) {
      for (const command of document.commands) {
        const [problem] =
          command.name === 'systemctl' ? systemctlVerb(command) : unknownOptions(command, document.tools);
        if (problem?.kind !== 'command') continue;
        // Plugins add commands, so only what is nearly one of the tool's own is called a mistake.
        const nested = problem.command.includes(' ');
        const meant =
          problem.name.length > 3
            ? nearestName(
                problem.name,
                problem.known.filter((name) => name[0] === problem.name[0]),
                problem.name.length > 7 ? 2 : 1,
              )
            : undefined;
        if (
          meant === undefined &&
          !(
            nested &&
            /^kubectl (?:rollout|top|config|set|auth|certificate)$/.test(problem.command) &&
            /^[a-z-]+$/.test(problem.name)
          )
        )
          continue;
        yield {
          at: problem.word,
          message: `${problem.command} has no command ${problem.name}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
          ...(meant !== undefined &&
            !command.quoted &&
            problem.word.raw === problem.name && {
              fix: {
                title: `Write ${meant}`,
                edits: [{ start: problem.word.start, end: problem.word.end, text: meant }],
              },
            }),
        };
      }
    },
  },
  {
    id: 'removed-call',
    severity: 'warning',
    title: 'A call that newer releases have removed',
    why: 'It works on the machine it was written on and fails on the next one, which is where it is needed.',
    fix: 'Use what has taken its place; the message names it.',
    bad: sh('etcdctl snapshot restore backup.db --data-dir /var/lib/etcd-new'),
    good: sh('etcdutl snapshot restore backup.db --data-dir /var/lib/etcd-new'),
    loud: [
      sh('kubectl run x --image=y --generator=run-pod/v1'),
      sh('curl -X POST http://localhost:9093/api/v1/alerts -d "[]"'),
      sh('apt-key add key.gpg'),
      sh('helm delete --purge shop'),
      sh('docker-compose up -d'),
      '```yaml\napiVersion: extensions/v1beta1\nkind: Ingress\n```\n',
      sh('kubectl patch hpa x -p \'{"spec":{"targetCPUUtilizationPercentage":60}}\''),
    ],
    silent: [
      sh('docker compose up -d'),
      sh('curl http://prometheus:9090/api/v1/alerts'),
      '```yaml\napiVersion: networking.k8s.io/v1\nkind: Ingress\n```\n',
      '```yaml\napiVersion: networking.istio.io/v1beta1\nkind: VirtualService\n```\n',
    ],
    *check(document) {
      const once = new Set<string>();
      for (const command of document.commands) {
        for (const removed of REMOVED) {
          if (removed.tool !== command.name || !removed.matches(command)) continue;
          if (removed.once && once.has(removed.message)) continue;
          once.add(removed.message);
          yield { at: removed.once ? command.nameSpan : command, message: removed.message };
        }
      }
      for (const block of document.blocks) {
        for (const match of block.text.matchAll(
          /^[ \t]*apiVersion:[ \t]*["']?(extensions\/v1beta1|apps\/v1beta[12]|policy\/v1beta1|batch\/v(?:1beta1|2alpha1)|autoscaling\/v2beta[12]|networking\.k8s\.io\/v1beta1|rbac\.authorization\.k8s\.io\/v1beta1|apiextensions\.k8s\.io\/v1beta1|admissionregistration\.k8s\.io\/v1beta1|storage\.k8s\.io\/v1beta1|scheduling\.k8s\.io\/v1beta1|certificates\.k8s\.io\/v1beta1)\b/gm,
        )) {
          const at = match.index + match[0].indexOf(match[1]!);
          yield {
            at: { start: block.offsetOf(at), end: block.offsetOf(at + match[1]!.length) },
            message: `Kubernetes no longer serves ${match[1]}: it was removed by 1.27 at the latest`,
          };
        }
      }
    },
  },
];

function systemctlVerb(command: LintCommand) {
  const verb = command.args.find((arg) => !arg.value.startsWith('-'));
  if (verb === undefined || SYSTEMCTL_VERBS.includes(verb.value) || !/^[a-z-]+$/.test(verb.value)) return [];
  return [{ word: verb, kind: 'command' as const, name: verb.value, command: 'systemctl', known: SYSTEMCTL_VERBS }];
}

const SYSTEMCTL_VERBS =
  'list-units list-automounts list-paths list-sockets list-timers is-active is-failed status show cat help list-dependencies start stop reload restart try-restart reload-or-restart try-reload-or-restart isolate kill clean freeze thaw set-property bind mount-image service-log-level service-log-target reset-failed whoami list-unit-files enable disable reenable preset preset-all is-enabled mask unmask link revert add-wants add-requires edit get-default set-default list-machines list-jobs cancel show-environment set-environment unset-environment import-environment daemon-reload daemon-reexec log-level log-target service-watchdogs is-system-running default rescue emergency halt poweroff reboot soft-reboot kexec exit switch-root suspend hibernate hybrid-sleep suspend-then-hibernate sleep condrestart force-reload'.split(
    ' ',
  );
