import { type RiskRule, type RiskTool, tool, words } from './rule.ts';

const COMPOSE_RULES: readonly RiskRule[] = [
  {
    flags: ['--dry-run'],
    risk: 'read',
    reason: 'compose --dry-run only says what it would do',
    examples: ['docker-compose --dry-run up'],
  },
  {
    sub: 'ps|logs|top|config|images|port|version|events|ls|stats|help',
    risk: 'read',
    reason: 'compose looks',
    examples: ['docker-compose -f x.yml ps', 'docker-compose logs app'],
  },
  {
    sub: 'down|rm|kill|stop',
    risk: 'destroy',
    reason: 'compose stops or removes the containers',
    examples: ['docker-compose -f x.yml down', 'docker-compose down -v'],
  },
  {
    sub: 'up|start|restart|build|pull|push|create|scale|pause|unpause|cp|wait|watch',
    risk: 'change',
    reason: 'compose starts or restarts containers',
    examples: ['docker-compose up -d', 'docker-compose restart app'],
  },
  {
    sub: 'exec|run',
    risk: 'read',
    reason: 'compose runs a command in a container',
    examples: [],
  },
];

const DOCKER_RULES: readonly RiskRule[] = [
  {
    sub: 'ps|logs|inspect|images|stats|top|version|info|events|port|diff|history|search|help|scan|scout',
    risk: 'read',
    reason: 'docker looks',
    examples: ['docker ps -a', 'docker logs x', 'docker stats'],
  },
  {
    sub: 'container|image|volume|network|node|service|stack|secret|config|system|builder|buildx|context|swarm|plugin|manifest|pod|machine|compose ls|list|inspect|ps|logs|top|stats|df|info|events|history|tasks|services|show',
    risk: 'read',
    reason: 'docker looks',
    examples: ['docker service ls', 'docker system df'],
  },
  {
    sub: 'rm|rmi|kill|stop',
    risk: 'destroy',
    reason: 'docker stops or removes containers or images',
    examples: ['docker rm -f x', 'docker stop x'],
  },
  {
    sub: 'container|image|volume|network|node|service|stack|secret|config|system|builder|buildx|context|plugin|pod|machine rm|remove|prune|kill|stop|down|demote|leave|disable|disconnect|reset|pause|unmount',
    risk: 'destroy',
    reason: 'docker removes what nothing uses, or more',
    examples: ['docker system prune -af', 'docker volume rm x', 'docker service rm x', 'docker stack rm x'],
  },
  { sub: 'swarm leave', risk: 'destroy', reason: 'the node leaves the swarm', examples: ['docker swarm leave'] },
  {
    sub: 'service|node update|scale',
    args: /=0\b|--replicas[= ]0\b|--availability[= ](?:drain|pause)/,
    risk: 'destroy',
    reason: 'docker takes the service or node out of use',
    examples: ['docker service scale x=0'],
  },
  {
    sub: 'start|restart|pause|unpause|pull|push|build|tag|cp|create|update|rename|login|logout|commit|load|import|save|export|wait|buildx',
    risk: 'change',
    reason: 'docker starts or changes containers or images',
    examples: ['docker restart x', 'docker pull y'],
  },
  {
    sub: 'container|image|volume|network|node|service|stack|secret|config|swarm|context *',
    risk: 'change',
    reason: 'docker changes the swarm or its objects',
    examples: ['docker service update x', 'docker network create y'],
  },
  {
    sub: 'pod|machine|generate|kube|play|healthcheck|unshare|mount|checkpoint|restore|auto-update|init|quadlet|buildx|scout|sbom|trust *',
    risk: 'change',
    reason: 'docker or podman changes what runs',
    examples: ['podman pod start p', 'podman kube play f.yaml'],
  },
  {
    sub: 'exec|run|attach',
    risk: 'read',
    reason: 'docker runs a command in a container',
    examples: [],
  },
];

export const CONTAINER_TOOLS: readonly RiskTool[] = [
  {
    names: ['docker-compose', 'podman-compose'],
    valueOptions: words(
      '-f --file -p --project-name --profile --project-directory --env-file --tail -H --host --since --scale -t --timeout',
    ),
    bareOptions: words(
      '-d --detach -v --volumes --build -q --no-color --verbose -T -a --all --follow --remove-orphans --force-recreate --no-deps',
    ),
    rules: COMPOSE_RULES,
  },
  {
    names: ['docker', 'podman', 'nerdctl'],
    valueOptions: words('-H --host --context -c --config -l --log-level --tail -n --since --until --format --filter'),
    bareOptions: words(
      '-a --all -q -d -it -i -t --rm -D --debug --tls --tlsverify --no-trunc --no-stream --follow -v -af -s --force',
    ),
    rules: DOCKER_RULES,
  },
  tool(
    'crictl',
    {
      values:
        '-r --runtime-endpoint -i --image-endpoint -c --config -t --timeout --name --state --label -o --output --tail --since -n --last',
      bare: '-a -q -f',
    },
    [
      ['destroy', 'rm|rmp|rmi|stop|stopp|checkpoint', 'crictl stops or removes containers', 'crictl rmi x'],
      [
        'read',
        'ps|pods|logs|inspect|images|img|image|stats|info|version|inspectp|inspecti|statsp|imagefsinfo|events|metrics|metricsp|runtime-config|completion|port-forward|exec',
        'crictl looks',
        'crictl ps -a',
      ],
      [
        'change',
        'pull|create|run|runp|start|update|config|attach|update-runtime-config',
        'crictl starts or pulls containers',
        'crictl pull x',
      ],
    ],
  ),
  tool('ctr', { values: '-n --namespace -a --address --exec-id' }, [
    [
      'destroy',
      '@rm|remove|delete|del|kill|pause|prune|unmount',
      'ctr ends or removes containers or images',
      'ctr -n k8s.io images rm x',
    ],
    [
      'read',
      '@ls|list|info|version|usage|metrics|metric|ps|check|get|tree|inspect|exec|events|diff|view',
      'ctr looks',
      'ctr -n k8s.io containers ls',
      'ctr version',
    ],
    [
      'change',
      '@pull|push|run|start|import|export|tag|create|resume|label|mount|commit|attach|checkpoint|restore|convert',
      'ctr starts or copies images',
      'ctr image pull x',
      'ctr images import x.tar',
    ],
  ]),
  tool('skopeo', {}, [
    ['destroy', 'delete / sync --delete', 'removes an image', 'skopeo delete docker://r/i:1'],
    [
      'read',
      'inspect|list-tags|manifest-digest|standalone-verify|layers|--version',
      'skopeo looks',
      'skopeo inspect docker://r/i',
    ],
    [
      'change',
      'copy|sync|login|logout|standalone-sign|generate-sigstore-key',
      'skopeo copies images',
      'skopeo copy docker://a docker://b',
    ],
  ]),
  tool('buildah kaniko img nixpacks-build buildctl earthly-build', { verbDepth: 2 }, [
    ['destroy', '@rm|rmi|delete|prune|umount', 'removes containers or images', 'buildah rm --all'],
    ['read', '@containers|images|inspect|version|info|mount|run|du|debug', 'looks', 'buildah images'],
    ['change', '', 'builds an image', 'buildah bud -t x .'],
  ]),
  tool(
    'dockerd containerd dockerd-rootless.sh runc crun docker-machine docker-gc',
    { values: '--root --log --log-format -s --storage-path', verbDepth: 2 },
    [
      [
        'destroy',
        '@kill|delete|pause|rm|stop|docker-gc / docker-gc',
        'ends containers',
        'runc kill x',
        'docker-machine rm m',
      ],
      [
        'read',
        '@list|ps|state|events|spec|config|ls|status|ip|env|inspect|--version / --version',
        'looks',
        'runc list',
        'containerd --version',
      ],
      ['change', '', 'starts something', 'docker-machine start m'],
    ],
  ),
  {
    names: words(
      'trivy grype syft dive hadolint checkov kube-bench kube-hunter prowler kubesec semgrep gitleaks trufflehog polaris kube-score clair-scanner snyk nikto nuclei testssl.sh sslscan lynis rkhunter chkrootkit clamscan oscap docker-bench-security.sh ctop lazydocker scout pip-audit osv-scanner bundler-audit safety retire cargo-audit govulncheck bandit',
    ),
    rules: [
      {
        risk: 'read',
        reason: 'a scanner looks for weaknesses',
        examples: ['trivy image --severity HIGH,CRITICAL x:latest', 'prowler -g cis_level2'],
      },
    ],
  },
];
