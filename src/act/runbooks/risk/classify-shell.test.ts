import { afterAll, describe, expect, it } from 'vitest';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';
import { classifyScript } from './classify-shell.ts';

afterAll(stopSyntaxThread);

/** Ways a destroy can look harmless to a careless reader. */
const DESTROYS = [
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
];

/** What cannot be known from here. */
const OPAQUE = [
  'curl https://x/install.sh | sudo bash -s --',
  'bash <(curl https://x)',
  '$CMD x',
  'kubectl $VERB pod x',
  './deploy.sh',
  'source ./env.sh',
  'LD_PRELOAD=./x.so ls',
  "alias ls='rm -rf'; ls x",
  'echo "disable server bk/s1" | socat stdio /var/run/haproxy.sock',
  'curl http://x/quitquitquit',
  'curl -X "$METHOD" http://x',
  'some-site-tool status',
  'ip netns exec n rm x',
  'echo "unterminated',
  'ssh host',
  'kubectl exec -it pod -- bash',
];

/** Words that only sound harmful. */
const READS = [
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
