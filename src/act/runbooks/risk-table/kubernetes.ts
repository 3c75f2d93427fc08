import { type RiskRule, type RiskTool, tool, words } from './rule.ts';

const KUBECTL_VALUE_OPTIONS =
  '-n --namespace --context --cluster --kubeconfig --user -s --server --as --as-group --token --request-timeout --cache-dir --certificate-authority --client-key --client-certificate --tls-server-name -v --v -l --selector -f --filename -o --output -c --container -p --patch --patch-file --type --replicas --current-replicas --timeout --sort-by --field-selector --since --since-time --tail --image --limits --requests --min --max --cpu-percent --port --target-port --name --labels --to-revision --revision --grace-period --from-literal --from-file --from-env-file --restart --overrides --field-manager --subresource --template -k --kustomize -L --label-columns --chunk-size --env --for --address --pod-running-timeout --resource-version'.split(
    ' ',
  );
const KUBECTL_BARE_OPTIONS =
  '-A --all-namespaces --all -w --watch --watch-only --previous --follow --timestamps --all-containers --prefix --force --now --wait --dry-run --insecure-skip-tls-verify --show-labels --no-headers --show-kind --ignore-not-found --overwrite --record --rm -i -t -it -ti --stdin --tty --recursive -R --ignore-daemonsets --delete-emptydir-data --delete-local-data --disable-eviction --server-side --force-conflicts --validate --list --containers --attach --expose --command --quiet -q --local --containers --cascade'.split(
    ' ',
  );

/** A patch, value or manifest given on the command line that takes a workload down or a guard away. */
const TAKES_AWAY =
  /finalizers["']?\s*:\s*(?:null|\[\s*\])|["']?replicas["']?\s*:\s*0\b|:\s*null\b|\$patch["']?\s*:\s*["']?delete|["']op["']\s*:\s*["']remove|["']?(?:minAvailable|maxUnavailable)["']?\s*:|["']?suspend["']?\s*:\s*true|["']?unschedulable["']?\s*:\s*true|["']?path["']?\s*:\s*["']\/spec\/replicas["'][^}]*["']value["']\s*:\s*0\b|["']?path["']?\s*:\s*["'][^"']*\/(?:minAvailable|maxUnavailable|finalizers|unschedulable|suspend)\b|["']?deletionProtection["']?\s*:\s*false|["']?(?:maxReplicas|parallelism|desiredReplicas)["']?\s*:\s*0\b|["']?paused["']?\s*:\s*true[^}]*machine/;

/** The same for a manifest given on standard input. */
export const MANIFEST_TAKES_AWAY =
  /^\s*["']?replicas["']?\s*:\s*0\s*,?\s*$|finalizers["']?\s*:\s*(?:null|\[\s*\])|^\s*suspend\s*:\s*true\s*$/m;

const KUBECTL_RULES: readonly RiskRule[] = [
  {
    flags: ['--dry-run=client', '--dry-run=server'],
    risk: 'read',
    reason: 'kubectl --dry-run only says what it would do',
    examples: [
      'kubectl apply -f x.yaml --dry-run=server',
      'kubectl create secret generic s --from-literal=a=b --dry-run=client -o yaml',
    ],
  },
  {
    sub: 'get|describe|logs|top|explain|api-resources|api-versions|version|cluster-info|events|completion|options|help|kustomize|diff-help',
    risk: 'read',
    reason: 'kubectl looks',
    examples: [
      'kubectl get pods -A',
      'kubectl -n prod --context c logs deploy/x',
      'kubectl describe nodes',
      'kubectl top pods',
    ],
  },
  {
    sub: 'diff|wait',
    risk: 'check',
    reason: 'kubectl compares or waits for a state',
    examples: ['kubectl diff -f x.yaml', 'kubectl wait --for=condition=Ready pod/x'],
  },
  {
    sub: 'auth can-i|whoami',
    risk: 'check',
    reason: 'kubectl asks what is allowed',
    examples: ['kubectl auth can-i delete pods'],
  },
  {
    sub: 'auth reconcile',
    risk: 'change',
    reason: 'kubectl auth reconcile changes rights',
    examples: ['kubectl auth reconcile -f x.yaml'],
  },
  {
    sub: 'config view|current-context|get-contexts|get-clusters|get-users',
    risk: 'read',
    reason: 'kubectl config shows',
    examples: ['kubectl config current-context'],
  },
  {
    sub: 'config delete-*|unset',
    risk: 'destroy',
    reason: 'kubectl config removes an entry',
    examples: ['kubectl config delete-context x'],
  },
  {
    sub: 'config',
    risk: 'change',
    reason: 'kubectl config changes which cluster is talked to',
    examples: ['kubectl config use-context prod'],
  },
  {
    sub: 'rollout status',
    risk: 'check',
    reason: 'kubectl rollout status waits for a rollout',
    examples: ['kubectl rollout status deployment/x -n y'],
  },
  {
    sub: 'rollout history',
    risk: 'read',
    reason: 'kubectl rollout history looks',
    examples: ['kubectl rollout history deployment --all-namespaces'],
  },
  {
    sub: 'rollout latest|retry',
    risk: 'change',
    reason: 'starts a rollout again',
    examples: ['oc rollout latest dc/x'],
  },
  {
    sub: 'rollout cancel',
    risk: 'destroy',
    reason: 'breaks a rollout off',
    examples: ['oc rollout cancel dc/x'],
  },
  {
    sub: 'rollout undo',
    risk: 'change',
    reason: 'kubectl rollout undo puts an earlier version in place',
    examples: ['kubectl rollout undo deployment/x --to-revision=3'],
  },
  {
    sub: 'rollout restart',
    risk: 'change',
    reason: 'kubectl rollout restart replaces the pods one by one',
    examples: ['kubectl rollout restart deployment/x'],
  },
  {
    sub: 'rollout pause|resume',
    risk: 'change',
    reason: 'kubectl rollout pauses or resumes a rollout',
    examples: ['kubectl rollout pause deployment/x'],
  },
  {
    sub: 'scale',
    flags: ['--replicas=0'],
    risk: 'destroy',
    reason: 'kubectl scale --replicas=0 takes the workload down',
    examples: ['kubectl scale deployment/x --replicas=0', 'kubectl scale deployment --all --replicas 0 -n y'],
  },
  {
    sub: 'scale',
    risk: 'change',
    reason: 'kubectl scale changes replicas',
    examples: ['kubectl scale deployment x --replicas=10'],
  },
  {
    sub: 'autoscale',
    risk: 'change',
    reason: 'kubectl autoscale adds an autoscaler',
    examples: ['kubectl autoscale deployment x --min=2 --max=5'],
  },
  {
    sub: 'apply',
    flags: ['--prune', '--force'],
    risk: 'destroy',
    reason: 'kubectl apply with --prune or --force deletes objects',
    examples: ['kubectl apply -f d --prune -l app=x'],
  },
  {
    sub: 'edit',
    byHand: true,
    risk: 'change',
    reason: 'kubectl edit opens an editor: a person changes the object',
    examples: ['kubectl edit deployment x'],
  },
  {
    sub: 'label pod|pods|po|pod/*|pods/*|svc|service|services|svc/*|service/*',
    args: /\s[a-z][\w./-]*-(?=\s|$)/,
    risk: 'destroy',
    reason: 'a service no longer finds what loses its label',
    examples: ['kubectl label pod web-0 app- -n shop'],
  },
  {
    sub: 'apply|create|expose|label|annotate|cordon|uncordon|run|debug|cp|attach|certificate',
    risk: 'change',
    reason: 'kubectl creates or changes objects',
    examples: ['kubectl apply -f x.yaml', 'kubectl create ns x', 'kubectl cordon n'],
  },
  {
    sub: 'set env|image|resources|selector|serviceaccount|subject',
    risk: 'change',
    reason: 'kubectl set changes a workload and restarts its pods',
    examples: ['kubectl set env deployment/x A=b', 'kubectl set image deployment/x x=y:1'],
  },
  {
    sub: 'patch',
    args: TAKES_AWAY,
    risk: 'destroy',
    reason: 'this kubectl patch takes the workload down or a guard away',
    examples: [
      `kubectl patch deployment x -p '{"spec":{"replicas":0}}'`,
      `kubectl patch pvc x -p '{"metadata":{"finalizers":null}}'`,
    ],
  },
  {
    sub: 'patch',
    flags: ['--patch-file'],
    risk: 'opaque',
    reason: 'kubectl patch applies a file that is not shown here',
    examples: ['kubectl patch deployment x --patch-file f'],
  },
  {
    sub: 'patch',
    risk: 'change',
    reason: 'kubectl patch changes an object',
    examples: [`kubectl patch service x -p '{"spec":{"selector":{"version":"green"}}}'`],
  },
  {
    sub: 'taint',
    args: /NoExecute/,
    risk: 'destroy',
    reason: 'a NoExecute taint evicts the pods of the node',
    examples: ['kubectl taint nodes n k=v:NoExecute'],
  },
  {
    sub: 'taint',
    risk: 'change',
    reason: 'kubectl taint changes where pods may run',
    examples: ['kubectl taint nodes n k=v:NoSchedule'],
  },
  {
    sub: 'replace',
    risk: 'destroy',
    reason: 'kubectl replace overwrites an object',
    examples: ['kubectl replace --force -f x.yaml'],
  },
  {
    sub: 'delete',
    risk: 'destroy',
    reason: 'kubectl delete removes objects',
    examples: ['kubectl delete deployment x', 'kubectl -n y delete pod z', 'kubectl --unknown y delete pod z'],
  },
  {
    sub: 'drain',
    risk: 'destroy',
    reason: 'kubectl drain evicts every pod of the node',
    examples: ['kubectl drain n --ignore-daemonsets'],
  },
  {
    sub: 'port-forward|proxy',
    risk: 'read',
    reason: 'kubectl opens a local door to the cluster',
    examples: ['kubectl port-forward service/x 8080:80 -n y'],
  },
  {
    sub: 'exec|rsh',
    risk: 'read',
    reason: 'kubectl exec runs a command in a container',
    examples: [],
  },
];

/** What `oc` does beyond kubectl. */
const OPENSHIFT_RULES: readonly RiskRule[] = [
  {
    sub: 'whoami|status|projects|project|extract|registry|get-token / adm top|node-logs|inspect|must-gather|release|catalog|verify-image-signature|ocp-certificates',
    risk: 'read',
    reason: 'oc looks',
    examples: ['oc whoami', 'oc adm top nodes', 'oc adm must-gather'],
  },
  {
    sub: 'adm drain|evacuate|prune|restart-kubelet|reboot-machine-config-pool|copy-to-node / adm policy|groups|ocp-certificates remove-*|delete|prune / policy remove-*',
    risk: 'destroy',
    reason: 'oc drains, removes or revokes something',
    examples: ['oc adm drain n', 'oc adm policy remove-role-from-user r u', 'oc adm prune builds --confirm'],
  },
  {
    sub: 'adm wait-for-stable-cluster|wait-for-node-reboot / policy who-can|can-i',
    risk: 'check',
    reason: 'oc waits or asks',
    examples: ['oc adm wait-for-stable-cluster'],
  },
  {
    sub: 'cancel-build|logout',
    risk: 'destroy',
    reason: 'oc ends a build or a session',
    examples: ['oc cancel-build b'],
  },
  {
    sub: 'adm upgrade',
    flags: ['--to', '--to-latest', '--to-image', '--clear', '--force', '--allow-upgrade-with-warnings'],
    risk: 'change',
    reason: 'oc upgrades the cluster',
    examples: ['oc adm upgrade --to=4.15.3'],
  },
  { sub: 'adm upgrade', risk: 'read', reason: 'oc looks', examples: ['oc adm upgrade'] },
  {
    sub: 'login|new-app|new-project|new-build|start-build|import-image|tag|process|rsync|policy|secrets|import|adm',
    risk: 'change',
    reason: 'oc creates or changes something',
    examples: ['oc login u', 'oc start-build b', 'oc adm uncordon n', 'oc adm policy add-role-to-user r u'],
  },
  {
    sub: 'idle',
    risk: 'destroy',
    reason: 'oc idle takes the workload down until somebody asks for it',
    examples: ['oc idle svc/x'],
  },
];

/** Plugins people use by name. */
const PLUGIN_RULES: readonly RiskRule[] = [
  {
    sub: 'neat|tree|view-secret|view-allocations|resource-capacity|who-can|ns|ctx|images|sniff|stern|df-pv|node-shell|access-matrix|outdated|score|lineage|get-all|kc|whoami|rbac-lookup|tail|ktop|blame|cert-manager|hns|popeye|kurt|ice|pod-inspect|relay|plugin|alpha|krew|slice|konfig|graph|count',
    risk: 'read',
    reason: 'a plugin of kubectl looks',
    examples: ['kubectl tree deploy x'],
  },
  {
    sub: 'argo rollouts get|list|status|dashboard|version',
    risk: 'read',
    reason: 'looks at a rollout',
    examples: ['kubectl argo rollouts get rollout x'],
  },
  {
    sub: 'argo rollouts abort|terminate',
    risk: 'destroy',
    reason: 'breaks a rollout off',
    examples: ['kubectl argo rollouts abort x'],
  },
  {
    sub: 'argo rollouts *',
    risk: 'change',
    reason: 'moves a rollout on',
    examples: ['kubectl argo rollouts promote x'],
  },
  {
    sub: 'cnpg status|logs|report|psql|certificate',
    risk: 'read',
    reason: 'looks at a database cluster',
    examples: ['kubectl cnpg status c'],
  },
  {
    sub: 'cnpg promote|destroy|fencing|hibernate|maintenance',
    risk: 'destroy',
    reason: 'moves the primary or takes instances down',
    examples: ['kubectl cnpg promote c c-2'],
  },
  { sub: 'cnpg *', risk: 'change', reason: 'changes a database cluster', examples: ['kubectl cnpg restart c'] },
  {
    sub: 'rook-ceph mons restore-quorum',
    risk: 'destroy',
    reason: 'makes one monitor the only one',
    examples: ['kubectl rook-ceph mons restore-quorum a'],
  },
  {
    sub: 'rook-ceph health|mons|version|dr|subvolume',
    risk: 'read',
    reason: 'looks at the storage cluster',
    examples: ['kubectl rook-ceph health', 'kubectl rook-ceph mons'],
  },
  {
    sub: 'rook-ceph rook status|version',
    risk: 'read',
    reason: 'looks at the storage cluster',
    examples: ['kubectl rook-ceph rook status'],
  },
  {
    sub: 'rook-ceph rook|destroy-cluster|maintenance|restore-deleted',
    risk: 'destroy',
    reason: 'takes storage away',
    examples: ['kubectl rook-ceph rook purge-osd 0', 'kubectl rook-ceph destroy-cluster'],
  },
  {
    sub: 'rook-ceph operator *',
    risk: 'change',
    reason: 'changes the operator',
    examples: ['kubectl rook-ceph operator restart'],
  },
  {
    sub: 'minio|directpv|rook-ceph|ceph|linstor|view-webhook|vsphere|karmada|vela|kruise *',
    risk: 'opaque',
    reason: 'a plugin nobody here knows',
    examples: ['kubectl minio x'],
  },
];

export const KUBERNETES_TOOLS: readonly RiskTool[] = [
  {
    names: ['kubectl', 'oc', 'k', 'kubecolor'],
    valueOptions: KUBECTL_VALUE_OPTIONS,
    bareOptions: KUBECTL_BARE_OPTIONS,
    rules: [...KUBECTL_RULES, ...OPENSHIFT_RULES, ...PLUGIN_RULES],
  },
  {
    names: ['helm'],
    valueOptions: words(
      '-n --namespace --kube-context --kubeconfig -f --values --set --set-string --set-file --version --timeout -o --output --repo --username --password --max --revision --description --history-max --post-renderer',
    ),
    bareOptions: words(
      '--create-namespace --wait --atomic --install --debug --reuse-values --reset-values -i -a -A --all --all-namespaces --force',
    ),
    rules: [
      {
        flags: ['--dry-run', '--dry-run=client', '--dry-run=server'],
        risk: 'read',
        reason: 'helm --dry-run only says what it would do',
        examples: ['helm upgrade x y --dry-run'],
      },
      {
        flags: ['--post-renderer'],
        risk: 'opaque',
        reason: 'helm --post-renderer runs a program',
        examples: ['helm upgrade x y --post-renderer ./p'],
      },
      {
        sub: 'list|ls|status|history|hist|get|show|search|version|env|template|inspect|help',
        risk: 'read',
        reason: 'helm looks',
        examples: ['helm list -A', 'helm history x'],
      },
      { sub: 'diff', risk: 'check', reason: 'helm compares', examples: ['helm diff upgrade x y'] },
      {
        sub: 'secrets|s3|unittest|mapkubeapis|2to3|whatup|dashboard|git|cm-push|schema-gen|docs *',
        flags: ['--help'],
        risk: 'read',
        reason: 'explains itself',
        examples: ['helm secrets --help x'],
      },
      {
        sub: 'secrets view|dec / whatup|docs|dashboard / unittest *',
        risk: 'read',
        reason: 'a plugin of helm looks',
        examples: ['helm secrets view f'],
      },
      { sub: 'lint|verify', risk: 'check', reason: 'helm checks a chart', examples: ['helm lint .'] },
      { sub: 'repo list', risk: 'read', reason: 'helm lists repositories', examples: ['helm repo list'] },
      {
        sub: 'repo|dependency|dep|pull|fetch|plugin|package|create|push|registry|test|completion',
        risk: 'change',
        reason: 'helm changes its own files or runs a chart test',
        examples: ['helm repo update', 'helm dependency update'],
      },
      {
        sub: 'upgrade|install',
        flags: ['--force'],
        risk: 'destroy',
        reason: 'helm --force deletes and recreates objects',
        examples: ['helm upgrade x y --force'],
      },
      {
        sub: 'install|upgrade',
        args: /replica(?:s|Count)[^=\s]*=0\b/,
        risk: 'destroy',
        reason: 'helm takes the workload down to no replica',
        examples: ['helm upgrade x y --set replicaCount=0'],
      },
      {
        sub: 'install|upgrade',
        risk: 'change',
        reason: 'helm installs or upgrades a release',
        examples: ['helm install x . -f v.yaml -n y --create-namespace', 'helm upgrade x y/z'],
      },
      {
        sub: 'rollback',
        risk: 'change',
        reason: 'helm rollback puts an earlier release in place',
        examples: ['helm rollback x 3'],
      },
      {
        sub: 'uninstall|delete|del|un',
        risk: 'destroy',
        reason: 'helm uninstall removes the release',
        examples: ['helm uninstall x'],
      },
    ],
  },
  tool('helmfile', { values: '-f --file -e --environment -l --selector -n --namespace --kube-context' }, [
    ['destroy', 'destroy|delete', 'helmfile removes releases', 'helmfile destroy'],
    ['check', 'diff|lint|test', 'helmfile compares', 'helmfile -e prod diff'],
    [
      'read',
      'list|status|template|build|version|print-env|show-dag|fetch|write-values',
      'helmfile looks',
      'helmfile list',
    ],
    ['change', 'sync|apply|repos|deps|init|cache', 'helmfile installs releases', 'helmfile apply'],
  ]),
  {
    names: ['kubectx', 'kubens'],
    rules: [{ risk: 'change', reason: 'changes which cluster or namespace is talked to', examples: ['kubectx prod'] }],
  },
];
