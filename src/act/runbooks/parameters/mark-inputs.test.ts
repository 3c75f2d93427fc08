import { describe, expect, it } from 'vitest';
import { markPlaceholders } from './mark-inputs.ts';

const inputsOf = (text: string) => markPlaceholders(text).marks.map((mark) => `${mark.name}:${mark.type}`);

describe('a place for a value', () => {
  it.each<[string, string[]]>([
    ['kubectl logs <pod-name>', ['pod-name:string']],
    ['kubectl logs <name of the pod>', ['name of the pod:string']],
    ['ssh <user>@<bastion host>', ['user:string', 'bastion host:host']],
    ['curl http://<address>/x', ['address:host']],
    ['kubectl scale deploy/web --replicas=<n>', ['n:integer']],
    ['nc -z db --port <p>', ['p:port']],
    ['psql -h <primary> -U app', ['primary:host']],
    ['aws iam get-role --role-arn <role>', ['role:arn']],
    ['redis-cli -a <auth> ping', ['auth:secret']],
    ['curl -H "Authorization: Bearer <t>" https://x', ['t:secret']],
    ['aws rds restore --restore-time <when>', ['when:timestamp']],
    ['kubectl logs {pod_name} -n {namespace}', ['pod_name:string', 'namespace:string']],
    ['kubectl logs {{ pod_name }}', ['pod_name:string']],
    ['kubectl logs {{.Pod}}', ['Pod:string']],
    ['kubectl delete pod {{ $labels.pod }}', ['labels.pod:string']],
    ['kubectl logs [pod-name] -n [NAMESPACE]', ['pod-name:string', 'NAMESPACE:string']],
    ['mysql -u [user] [database] < dump_[timestamp].sql', ['user:string', 'database:string', 'timestamp:string']],
    ['kubectl logs [[pod name]]', ['pod name:string']],
    ['nova evacuate VM_ID HOST_B', ['HOST_B:string', 'VM_ID:string']],
    ['make requeue JOB={jobId}', ['jobId:string']],
    ['tootctl media remove --days=N', ['N:string']],
    ['SELECT pg_terminate_backend(PID);', ['PID:integer']],
    ['KILL QUERY THREAD_ID;', ['THREAD_ID:integer']],
    ['ping %HOST%', ['HOST:host']],
    ['systemctl [start|stop] web', ['start|stop:string']],
    ['API_SECRET=<32 random characters>', ['32 random characters:secret']],
    ['curl https://api.internal/v1/...', ['elided:string']],
    ['kubectl logs <<POD>>', ['POD:string']],
    ['kubectl logs pod-xxxxx', ['pod-xxxxx:string']],
    ['aws ec2 stop-instances --instance-ids i-0123456789abcdef0', ['instance-id:string']],
    ['aws ec2 stop-instances --instance-ids i-xxxxxxxx', ['i-xxxxxxxx:string']],
    ['aws sns publish --topic-arn arn:aws:sns:eu-west-1:123456789012:alerts', ['sns-arn:arn']],
    ['aws s3 ls s3://123456789012-logs', ['account-id:string']],
    ['export K=YOUR_API_KEY', ['YOUR_API_KEY:secret']],
    ['cd your-project-dir', ['your-project-dir:string']],
    ['x --key REPLACE_ME', ['REPLACE_ME:string']],
    ['x --key INSERT_TOKEN_HERE', ['INSERT_TOKEN_HERE:string']],
    ['x --key PASTE_KEY_HERE', ['PASTE_KEY_HERE:string']],
    ['kubectl logs <имя-пода> <名前>', ['имя-пода:string', '名前:string']],
    ['aws iam delete-access-key --access-key-id AKIA...', ['access-key-id:string']],
    ['backup-YYYY-MM-DD.sql', ['timestamp:string']],
    ['redis-cli -p 26379 SENTINEL failover CLUSTER_NAME', ['CLUSTER_NAME:string']],
    ['ssh NODE_IP', ['NODE_IP:host']],
  ])('%s', (text, expected) => {
    expect(inputsOf(text).sort()).toEqual([...expected].sort());
  });

  it.each([
    'cat <in.txt >out.txt',
    'sort < names > sorted',
    'diff <(ls a) <(ls b)',
    "jq '.items[] | {name, state}' f",
    "jq '{name}' f",
    "jq '.items[name]' f",
    "jq '.items[user]' f",
    'echo "${counts[date]}" x[user]',
    'ls [abc]* [flags]',
    `clickhouse-client -q "select 1 from clusterAllReplicas('{cluster}', system.parts)"`,
    "awk '{print}' f",
    "awk '{print $1}' f",
    "sed -n '/a/{p}' f",
    "sed 's/[A-Z_]/x/' f",
    'echo {a,b} {1..3}',
    'ls [a-z]* [0-9]*',
    '[ -f x ] && [[ -n $y ]]',
    "kubectl get pods -o go-template='{{range .items}}{{.metadata.name}}{{end}}'",
    "docker ps --format '{{.Names}}'",
    'docker ps --format "table {{.Names}}\\t{{.Status}}"',
    "docker inspect -f '{{.State.Status}}' web",
    "kubectl get pods -o jsonpath='{range .items[*]}{.metadata.name}{end}'",
    "curl -w '%{http_code}' https://x",
    'date +%Y%m%d%H%M%S',
    'find . -name x -exec rm {} \\;',
    'ls | xargs -I{} echo {}',
    'git show stash@{0} HEAD@{1}',
    'echo "${name}" "${arr[0]}" ${x:-y}',
    'grep "[ERROR]" log',
    'docker images | grep "<none>"',
    'curl -d \'{"a": 1}\' https://x',
    'cat <<EOF\nx\nEOF',
    'echo <b>bold</b>',
    "mongosh --eval 'db.a.find({name})'",
    'f() { ls; }',
    'docker run -e DATABASE_URL app',
    'SELECT pg_terminate_backend(PID) FROM pg_stat_activity',
    'count({job="a"}) by={x}',
    'printenv API_KEY',
    'export NODE_NAME; echo $NODE_NAME',
    'echo "set CLUSTER_NAME first"',
    'cat <<EOF\n  - name: POD_NAME\nEOF',
  ])('is nothing of: %s', (text) => {
    expect(inputsOf(text)).toEqual([]);
  });

  it('in SQL is not an array, nor a cast', () => {
    const text = "select '{admin}'::text[], a[1], ARRAY[NAME_X] from t where b = '<owner>'";
    expect(markPlaceholders(text, { brackets: false }).marks.map((mark) => mark.name)).toEqual(['owner']);
  });
});
