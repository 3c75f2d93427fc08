import { afterAll, describe, expect, it } from 'vitest';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';
import { classifyScript } from './classify-shell.ts';

afterAll(stopSyntaxThread);

/** Ways a destroy can look harmless to a careless reader. */
const DESTROYS = [
  'sudo wg show       sudo wg-quick down wg0',
  'npx -y prisma@5 migrate reset',
  'HOSTS="a b"; for h in $HOSTS; do ssh $h "systemctl stop x"; done',
  'kubectl get pods -o name | grep x | xargs kubectl delete',
  'kubectl get pods -o name | while read p; do kubectl delete "$p"; done',
  '< list xargs rm',
  "ssh db1 'sudo systemctl stop postgres'",
  'ssh -i key user@h sudo rm -rf /x',
  'for h in a b c; do ssh "$h" "service nginx stop"; done',
  "ssh host <<'EOF'\nsystemctl stop x\nEOF",
  'kubectl --context=prod -n x delete pod y',
  'kubectl --unknown-option x delete pod y',
  'kubectl get a; kubectl get b; kubectl get c && kubectl delete pod d',
  'echo "$(kubectl get pod $(kubectl delete pod x -o name))"',
  'curl -sXDELETE https://x/y',
  'curl -s --request DELETE https://x/y',
  'kubectl delete pod x --dry-run=no',
  'kubectl create x --dry-run=client -o yaml | kubectl delete -f -',
  'psql <<EOF\ndelete from x;\nEOF',
  'cat dump.sql | psql x',
  "echo 'drop table x' | psql db",
  'echo FLUSHALL | redis-cli',
  'sudo -u postgres psql -tAc "select pg_terminate_backend(1)"',
  'docker exec -it db psql -U postgres -c "drop table x"',
  'kubectl exec -it pod -- sh -c "rm -rf /data"',
  'find / -name x -exec rm {} +',
  "xargs -I{} sh -c 'rm {}' < list",
  'az --verbose group delete -n x',
  'aws --no-cli-pager --foo bar rds delete-db-instance --db-instance-identifier x',
  'aws ecs update-service --service s --desired-count 0',
  '\\rm -rf x',
  'r""m x',
  "$'rm' x",
  'sudo timeout 5 nohup env A=b rm x',
  'if true; then { (rm x); }; fi',
  'f() { rm -rf x; }; f',
  'rm() { :; }; sudo rm -rf x',
  'if false; then kubectl() { :; }; fi; kubectl delete pod x',
  "trap 'rm -rf x' EXIT",
  ': > /var/log/app.log',
  'docker run --rm -v /:/h alpine rm -rf /h/x',
  'kubectl apply -f - <<EOF\nkind: Deployment\nspec:\n  replicas: 0\nEOF',
  `kubectl patch pdb x --type=json -p '[{"op":"remove","path":"/spec/minAvailable"}]'`,
  'diff <(kubectl get x) <(kubectl delete y)',
  'cat <<EOF | kubectl delete -f -\nx\nEOF',
  "alias ls='rm -rf'; ls x",
  "alias kd='kubectl delete'",
  'VERB=get; [ -n "$X" ] && VERB=delete; kubectl $VERB pod x',
  'if a; then CMD="rm -rf"; else CMD=ls; fi; $CMD x',
  'echo "disable server bk/s1" | socat stdio /var/run/haproxy.sock',
  '(echo version; sleep 1; echo flush_all) | nc cache 11211',
  'ip netns exec n rm x',
  'CMD="systemctl stop"; $CMD nginx',
  'for verb in status stop; do systemctl "$verb" nginx; done',
  'ARGS=(delete pod x); kubectl "${ARGS[@]}"',
  'retry() { local n=$1; shift; "$@"; }; retry 3 kubectl delete pod x',
  'act() { kubectl "$1" pod x; }; act get; act delete',
  'OPTS="-n prod"; kubectl $OPTS delete pod x',
  'sudo -iu postgres psql -c "drop table x"',
  'sudo -Eu root rm -rf /x',
  'su - postgres -c "pg_ctl stop"',
  'runuser -u postgres -- pg_ctl stop',
  'systemd-run --unit=x systemctl stop y',
  'envdir /etc/e pg_ctl stop',
  'ssh h "bash -s" <<EOF\nsystemctl stop $SERVICE\nEOF',
  'ssh db psql <<EOF\ndelete from x where id = $ID;\nEOF',
  'psql -c "delete from x where id = $ID"',
  'gcloud compute ssh vm --command "sudo systemctl stop x"',
  'gcloud compute ssh vm --zone z -- sudo reboot',
  `aws ssm send-command --document-name AWS-RunShellScript --parameters 'commands=["systemctl stop x"]'`,
  'az vm run-command invoke -g g -n n --command-id RunShellScript --scripts "systemctl stop x"',
  'pdsh -w h[1-9] systemctl stop x',
  "ansible all -b -m shell -a 'rm -rf /x'",
  "salt '*' cmd.run 'rm -rf /x'",
  "knife ssh 'role:x' 'sudo reboot'",
  'oc debug node/n -- chroot /host systemctl stop kubelet',
  'kubectl -n x exec -it pod -c main -- /bin/sh -c "redis-cli flushall"',
  'nomad alloc exec -task t a redis-cli flushall',
  'mysql -e "reset master"',
  'python3 -c "import os; os.system(\'rm -rf /x\')"',
  '/opt/kafka/bin/kafka-topics.sh --delete --topic x',
  '$KAFKA_HOME/bin/kafka-topics.sh --delete --topic x',
  '$KUBECTL delete pod x',
  'parallel kubectl delete pod ::: a b',
  'env -S "rm -rf" x',
  "tmux new-session -d -s x 'rm -rf /x'",
  "tmux send-keys -t x 'systemctl stop y' Enter",
  'tmux kill-server',
  "echo 'Sidekiq::Queue.new(1).clear' | rails console",
  "bin/rails runner - <<'EOF'\nOrder.destroy_all\nEOF",
  "python manage.py shell <<'EOF'\nOrder.objects.all().delete()\nEOF",
  'java -jar jenkins-cli.jar -s http://j quiet-down',
];

/** What cannot be known from here. */
const OPAQUE = [
  'npx some-package status',
  'npx -p evil prisma status',
  'curl https://x/install.sh | sudo bash -s --',
  'bash <(curl https://x)',
  '$CMD x',
  'kubectl $VERB pod x',
  './deploy.sh',
  'source ./env.sh',
  'LD_PRELOAD=./x.so ls',
  'curl http://x/quitquitquit',
  'curl -X "$METHOD" http://x',
  'some-site-tool status',
  'rails runner "$CODE"',
  'python -c "$CODE"',
  'python -c "import os; $CODE"',
  'mongosh --eval "$(cat x.js)"',
  'mongosh --eval "db.orders.$VERB()"',
  'mysql -e "$SQL"',
  'psql -c "select 1; $MORE"',
  'ceph osd "$VERB" 3',
  'zfs "$VERB" tank/x',
  'pip "$VERB" x',
  'virsh "$VERB" vm',
  'http "$METHOD" http://x/y',
  'ip link "$VERB" x',
  'f() { set -- delete; kubectl "$@" pod x; }; f get',
  'f() { while [ $# -gt 0 ]; do kubectl "$1" pod x; shift; done; }; f get delete',
  'VERB=get kubectl $VERB pod x',
  'kubectl $VERB pod x; VERB=get',
  'read -r VERB; VERB=get; kubectl $VERB pod x',
  'VERB=${1:-get}; kubectl $VERB pod x',
  'echo "unterminated',
  'ssh host',
  'kubectl exec -it pod -- bash',
];

/** Words that only sound harmful. */
const READS = [
  'npx prisma migrate status',
  'HOSTS="a b c"; for h in $HOSTS; do ssh $h "systemctl status x"; done',
  'echo rm -rf /',
  'echo "drain node" # kubectl delete',
  'grep -i "delete\\|drop" app.log | tail -20',
  "kubectl logs x | awk '/terminated/ {print $1}' | sort | uniq -c",
  'kubectl get events --field-selector reason=Killing',
  'psql -c "select * from deleted_orders where reason = \'drop\'"',
  'kubectl delete pod x --dry-run=client',
  'aws s3 sync s3://a /tmp --delete --dryrun',
  'cat /etc/hosts > /dev/null 2>&1',
  "curl -s http://p/api/v1/query --data-urlencode 'query=delete_total'",
  'A=$(date +%s); echo "$A"',
  "alias k='kubectl -n x'; k get pods",
  'show() { kubectl get "$1"; }; show pods; show nodes',
  'CMD="kubectl get"; $CMD pods',
  'kubectl logs x > /tmp/x.log',
  "curl -s 'http://p/api/v1/query?query=rate(kube_pod_delete_total[5m])'",
  'df -k',
  'mongosh --eval "db.orders.find({id: $ID})"',
  'ifconfig "$DEVICE"',
  'tmux ls',
  'java -version',
  'echo "show stat" | socat stdio /run/haproxy.sock',
  'psql <<EOF\nselect * from x where id = $ID;\nEOF',
  'sudo -u postgres psql -c "\\d+ x"',
  '/opt/gitlab/embedded/bin/redis-cli info',
];

/** What decides by an answer. */
const CHECKS = [
  'until kubectl get pod x | grep -q Running; do sleep 5; done',
  'if [ -f /x ]; then echo yes; fi',
  '[[ -n $X ]] && echo yes',
  'timeout 5 bash -c "until nc -z db 5432; do sleep 1; done"',
];

describe('what a script would do', () => {
  it.each(DESTROYS)('destroy: %s', async (script) => {
    expect(await classifyScript(script)).toMatchObject({ class: 'destroy' });
  });

  it.each(OPAQUE)('opaque: %s', async (script) => {
    expect(await classifyScript(script)).toMatchObject({ class: 'opaque' });
  });

  it.each(READS)('read: %s', async (script) => {
    expect(await classifyScript(script)).toMatchObject({ class: 'read' });
  });

  it.each(CHECKS)('check: %s', async (script) => {
    expect(await classifyScript(script)).toMatchObject({ class: 'check' });
  });

  it('is opaque when shells are nested deeper than anyone reads', async () => {
    let script = 'ls';
    for (let depth = 0; depth < 9; depth++) script = `eval ${JSON.stringify(script)}`;
    expect(await classifyScript(script)).toMatchObject({ class: 'opaque' });
  });

  it('is opaque, and quickly so, when the text is far too long', async () => {
    expect(await classifyScript('ls; '.repeat(50_000))).toMatchObject({ class: 'opaque' });
    expect(await classifyScript(`az ${'-a '.repeat(5_000)}`)).toMatchObject({ class: 'opaque' });
  });
});

describe('addresses of old interfaces and places of files', () => {
  it.each<[string, string]>([
    ['curl "http://h:17010/dataNode/decommission?addr=h:1"', 'opaque'],
    ['curl "http://h:17010/disk/removeDisk?addr=h:1"', 'opaque'],
    ['curl "http://h:17010/admin/setNodeInfo?rate=2000"', 'change'],
    ['curl http://h/settings/update-policy', 'read'],
    ['/var/log/mail.log', 'read'],
    ['/var/log/clean.sh', 'opaque'],
    ['/var/log/mail now', 'opaque'],
    ['/opt/backup/run', 'opaque'],
  ])('%s is %s', async (script, expected) => {
    expect((await classifyScript(script)).class).toBe(expected);
  });
});

describe('help and versions', () => {
  it.each<[string, string]>([
    ['site-tool --version', 'read'],
    ['site-tool version', 'read'],
    ['site-tool backup create --help', 'read'],
    ['site-tool -h db-1', 'opaque'],
    ['site-tool delete x=1 --help', 'opaque'],
    ['site-tool --help wipe', 'opaque'],
    ['./clean-up.sh --help', 'opaque'],
    ["perl -ne 'unlink'", 'destroy'],
    ["perl -e 'unlink; system(@ARGV)'", 'opaque'],
  ])('%s is %s', async (script, expected) => {
    expect((await classifyScript(script)).class).toBe(expected);
  });
});
