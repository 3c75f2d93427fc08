import { type RiskRule, type RiskTool, words } from './rule.ts';

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
    sub: 'ps|logs|inspect|images|stats|top|version|info|events|port|diff|history|search|help',
    risk: 'read',
    reason: 'docker looks',
    examples: ['docker ps -a', 'docker logs x', 'docker stats'],
  },
  {
    sub: 'container|image|volume|network|node|service|stack|secret|config|system|builder|context|swarm|plugin|manifest ls|list|inspect|ps|logs|top|stats|df|info|events|history|tasks|services|show',
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
    sub: 'container|image|volume|network|node|service|stack|secret|config|system|builder|buildx|context|plugin rm|remove|prune|kill|stop|down|demote|leave|disable|disconnect',
    risk: 'destroy',
    reason: 'docker removes what nothing uses, or more',
    examples: ['docker system prune -af', 'docker volume rm x', 'docker service rm x', 'docker stack rm x'],
  },
  { sub: 'swarm leave', risk: 'destroy', reason: 'the node leaves the swarm', examples: ['docker swarm leave'] },
  {
    sub: 'service|node update|scale',
    args: /=0\b|--replicas[= ]0\b|--availability[= ]drain/,
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
  {
    names: ['crictl'],
    rules: [
      {
        sub: 'ps|pods|logs|inspect|images|stats|info|version|inspectp|inspecti|statsp',
        risk: 'read',
        reason: 'crictl looks',
        examples: ['crictl ps -a'],
      },
      {
        sub: 'rm|rmp|rmi|stop|stopp',
        risk: 'destroy',
        reason: 'crictl stops or removes containers',
        examples: ['crictl rmi x'],
      },
    ],
  },
  {
    names: words(
      'trivy grype syft dive hadolint checkov tfsec kube-bench prowler kubesec semgrep gitleaks nmap polaris kube-score',
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
