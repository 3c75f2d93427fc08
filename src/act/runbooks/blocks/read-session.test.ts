import { afterAll, describe, expect, it } from 'vitest';
import { parseRunbook } from '../parse-runbook.ts';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';

afterAll(stopSyntaxThread);

const TICKS = '```';
async function read(text: string, info = '') {
  const document = await parseRunbook({ file: 'x.md', text: `# P\n\n${TICKS}${info}\n${text}\n${TICKS}\n` });
  const steps = document.procedures.flatMap((each) => each.phases.flatMap((phase) => phase.steps));
  return { block: document.blocks[0]!, steps, kinds: steps.map((step) => step.kind), document };
}

describe('a transcript', () => {
  it.each<[string, string, string]>([
    ['$ kubectl get pods\nNAME   READY\nweb    1/1', '', 'read'],
    ['$ kubectl delete pod web\npod "web" deleted', 'text', 'destroy'],
    ['ops@bastion:~$ uptime\n 10:00 up 3 days\nops@bastion:~$ sudo reboot', '', 'destroy'],
    ['[root@db01 ~]# df -h\nFilesystem Size\n/dev/sda 10G', 'console', 'read'],
    ['root@web-0:/# rm -rf /var/cache/app', 'console', 'destroy'],
    ['db-03-prod $ uptime\n 3 days', '', 'read'],
    ['(venv) $ pip list\nPackage Version', '', 'read'],
    ['bash-5.1$ rm -rf /srv/x', '', 'destroy'],
    ['/ # cat /etc/hosts\n127.0.0.1 localhost', '', 'read'],
    ['% ls -la\ntotal 0', '', 'read'],
    ['PS C:\\Users\\ops> Get-Service web\nStatus Name', '', 'read'],
    ['PS C:\\> Stop-Service web', '', 'destroy'],
    ['C:\\ops> del /q logs', '', 'destroy'],
    ['shop=> SELECT 1;\n ?column?\n----------\n 1', '', 'read'],
    ['shop=# TRUNCATE carts;\nTRUNCATE TABLE', '', 'destroy'],
    ['mysql> SHOW PROCESSLIST;\n+----+\n| Id |', '', 'read'],
    ['MariaDB [shop]> STOP SLAVE;', '', 'destroy'],
    ['127.0.0.1:6379> INFO\n# Server\nredis_version:7', '', 'read'],
    ['10.0.0.4:6379[2]> FLUSHDB\nOK', '', 'destroy'],
    ['rs0:PRIMARY> rs.status()\n{ "ok": 1 }', '', 'read'],
    ['rs0 [direct: primary] admin> rs.stepDown()', '', 'destroy'],
    ['irb(main):001:0> Cart.count\n=> 3', '', 'read'],
    ['[1] pry(main)> Cart.delete_all\n=> 3', '', 'destroy'],
    [">>> import os\n>>> os.getcwd()\n'/'", '', 'read'],
    ['In [1]: Cart.objects.all().delete()', '', 'destroy'],
    ['> SLOWLOG GET 5\n1) 1) (integer) 14', '', 'read'],
    ['> kubectl delete ns shop', '', 'destroy'],
    ['cqlsh:shop> TRUNCATE carts;', '', 'destroy'],
    ['neo4j@neo4j> MATCH (n) DETACH DELETE n;', '', 'destroy'],
    ['irb> Cart.update_all(expires_at: 0)', '', 'destroy'],
    ['ceph> osd out 3', '', 'destroy'],
    ['ceph> osd tree', '', 'read'],
    ['hive> DROP TABLE carts;', '', 'destroy'],
    ['frob> wipe everything', '', 'opaque'],
    ['1> init:stop().\nok', '', 'destroy'],
    ['uptime\n2> /dev/null rm -rf /srv/x', 'bash', 'destroy'],
    ['# systemctl status web\n● web.service - Web\n   Active: active', '', 'read'],
    ['# systemctl stop web\n# systemctl disable web\nRemoved /etc/x.', 'console', 'destroy'],
    ['node-a# systemctl stop web', 'bash', 'destroy'],
    ['kubectl exec -it redis-0 -- redis-cli\nredis-cli>\n>select 2\n>flushdb', '', 'destroy'],
    ['kubectl exec -it redis-0 -- redis-cli\n>dbsize', '', 'read'],
    ['✅ Backup done\n📁 File: x.json\n  users : 5 rows', '', 'sample'],
    ['✅ Now\nrm -rf /srv/x', '', 'destroy'],
    ['○ web.service - Web\n     Loaded: loaded\n             └─10-web.conf\n     Active: inactive', 'bash', 'sample'],
    ['while true;do reboot;done', '', 'destroy'],
    ['if true; then kubectl delete ns shop; fi', '', 'destroy'],
    ['2024-01-01 10:00:00 ERROR x\n2024-01-01 10:00:01 ERROR y\nrm -rf /srv/x', '', 'destroy'],
    ['up{job="x"}\nrm -rf /srv/x', '', 'destroy'],
    ['/incident open x\nkubectl delete ns shop', '', 'destroy'],
    ['Step 1\nDROP TABLE carts;', '', 'destroy'],
    ['key: value\nreboot', '', 'destroy'],
    ['- kubectl delete ns shop', '', 'destroy'],
    ['Run: dropdb shop', '', 'destroy'],
    ['Run: dropdb shop', 'bash', 'opaque'],
    ['“terraform destroy”', '', 'destroy'],
    ['- find the pod\n- kill it', '', 'other'],
    ['Status: done\nThe pods restart by themselves', '', 'sample'],
    ['sync;sync;reboot', '', 'destroy'],
    ['sync && reboot', '', 'destroy'],
    ["RESTORE VERIFYONLY FROM DISK = 'x';", 'sql', 'check'],
    ['ALTER DATABASE [shop] SET EMERGENCY;', 'sql', 'destroy'],
    ['SQL> SHOW PARAMETER x\n\n# then\nrm -rf /srv/x', 'bash', 'destroy'],
    ['node-a# H=db\nnode-a# ping -c 1 $H\nPING db', '', 'read'],
    [
      '[ops@db-1 (prod)]$ sudo -iu postgres\npostgres@db-1:~$ psql -d shop\nshop=# \\timing on\nTiming is on.\nshop=# select pg_terminate_backend(7);',
      'console',
      'destroy',
    ],
    ['┌──(me㉿host)-[~]\n└─$ kubectl get pods\nNAME   READY', '', 'read'],
    [
      "[root@a ~]# firewall-cmd --permanent --add-rich-rule='rule \\\nfamily=ipv4 accept'\nsuccess",
      'console',
      'change',
    ],
    ['SQL> SHUTDOWN IMMEDIATE;\nSQL> STARTUP MOUNT;', 'sql', 'destroy'],
    ['SQL> ALTER DATABASE SWITCHOVER TO east VERIFY;', 'sql', 'check'],
    ['SQL> ALTER DATABASE CLEAR LOGFILE GROUP 4;', 'sql', 'destroy'],
    ['SQL> ALTER SYSTEM SWITCH LOGFILE;', 'sql', 'change'],
    ['$ dgmgrl /\nDGMGRL> show configuration;\nDGMGRL> switchover to east;', '', 'destroy'],
    ["DGMGRL> edit database east set state='APPLY-OFF';", '', 'destroy'],
    ['RMAN> list backup summary;', '', 'read'],
    ['RMAN> recover database;', '', 'change'],
    ['PING 10.0.0.1: 56 data bytes\n64 bytes from 10.0.0.1: time=1 ms', '', 'sample'],
    ['+----+------+\n| id | name |\n+----+------+\n| 1  | x    |\n+----+------+', '', 'sample'],
  ])('%s (%s) is %s', async (text, info, expected) => {
    expect((await read(text, info)).block).toMatchObject({ class: expected });
  });

  it('runs what was typed and not what was answered', async () => {
    const { steps } = await read(
      '$ kubectl get pods\nrm -rf / is only output\n$ kubectl get nodes\nnode-1 Ready',
      'console',
    );
    expect(steps.map((step) => step.body)).toEqual(['kubectl get pods', 'kubectl get nodes']);
    expect(steps.map((step) => [step.line, step.endLine])).toEqual([
      [4, 4],
      [6, 6],
    ]);
  });

  it('goes on over lines that continue a command', async () => {
    const { steps, block } = await read('$ kubectl get pods \\\n>   -n shop \\\n>   -o wide\nNAME READY');
    expect(block.class).toBe('read');
    expect(steps).toHaveLength(1);
    expect(steps[0]!.endLine).toBe(6);
  });

  it('keeps a heredoc whole', async () => {
    const { steps, block } = await read('$ cat <<EOF > x.txt\nhello $ world\nEOF\n$ ls /tmp\nx');
    expect(block.class).toBe('change');
    expect(steps[0]!.body).toContain('hello');
  });

  it('keeps a loop whole', async () => {
    const { steps } = await read('$ for h in a b; do\n    ping -c 1 $h\n  done\nPING a');
    expect(steps).toHaveLength(1);
  });
});

describe('what is typed in a console that is entered', () => {
  it.each<[string, string]>([
    ['psql -h db -U app\nSELECT count(*) FROM carts;', 'read'],
    ['kubectl exec -it pg-0 -- psql -U app\nDELETE FROM carts;', 'destroy'],
    ['sudo bin/rails console\nCart.where(open: true).count', 'read'],
    ['$ bundle exec rails c\n> Cart.delete_all', 'destroy'],
    ['mongosh --host m0\nrs.status()', 'read'],
    ['docker exec -it cache redis-cli\nFLUSHALL', 'destroy'],
    ['ssh web-1\nsudo systemctl restart web', 'change'],
    ['sudo -i\nrm -rf /srv/x\nexit', 'destroy'],
    ['ssh db-1\nsudo -u postgres psql\nDROP TABLE carts;\n\\q\nexit', 'destroy'],
    ['$ oc debug node/n1\nsh-4.4# chroot /host\nsh-4.4# systemctl stop kubelet', 'destroy'],
    ['python manage.py shell\nfrom shop.models import Cart\nCart.objects.count()', 'read'],
    ['mysql -u root\nKILL 12;', 'destroy'],
  ])('%s is %s, and a person does it', async (text, expected) => {
    const { block, kinds } = await read(text, text.startsWith('$') ? 'console' : 'sh');
    expect(block.class).toBe(expected);
    if (!text.startsWith('psql')) expect(kinds).toContain('manual');
  });

  it.each([
    'psql -h db',
    'ssh web-1',
    'kubectl exec -it web -- bash',
    'redis-cli -h c',
    'bin/rails console',
    'mongosh',
  ])('%s alone is opaque and done by hand', async (text) => {
    const { block, steps } = await read(text, 'sh');
    expect(block.class).toBe('opaque');
    expect(steps.map((step) => step.kind)).toEqual(['manual']);
  });

  it('leaves the commands before and after it to the shell', async () => {
    const { steps } = await read('kubectl get pods\nssh web-1\nuptime\nexit\nkubectl get nodes', 'sh');
    expect(steps.map((step) => [step.kind, step.line])).toEqual([
      ['shell', 4],
      ['manual', 5],
      ['shell', 8],
    ]);
  });
});

describe('what nobody typed', () => {
  it('asks nothing and runs nothing', async () => {
    const { document, block } = await read('irb(main):001:0> Cart.first\n=> #<Cart id: 1, owner: <secret-name>>', '');
    expect(block.class).toBe('read');
    expect(document.inputs).toEqual([]);
  });

  it('is no generic type of a program either, while variables of another shell are asked for', async () => {
    expect(
      (await read('const x = new Map<Name, Value>();\nload<Name>("<api-key>");', 'ts')).document.inputs.map(
        (each) => each.name,
      ),
    ).toEqual(['api-key']);
    expect((await read('$ ssh web-1\n$ kill $WEB_PID', 'console')).document.inputs.map((each) => each.name)).toEqual([
      'WEB_PID',
    ]);
  });

  it('is the table a command prints, whatever its rows begin with', async () => {
    const { steps } = await read(
      '# for p in $(pgrep web); do ps -o pid,command $p; done\nUSER   PID COMMAND\nkill   12  kill -9 1',
      '',
    );
    expect(steps).toHaveLength(1);
  });
});

describe('a fence without a language', () => {
  it.each([
    ['< list.txt xargs -n1 rm -rf', 'destroy'],
    ['TOKEN=$(cat t) /opt/tools/bin/redis-cli', 'opaque'],
    ['# kill -TERM 1827', 'destroy'],
    ['(cd /srv && rm -rf cache)', 'destroy'],
    ['{ rm -rf /srv/cache; }', 'destroy'],
    ['\\rm -rf /srv/cache', 'destroy'],
    ['! "rm" -rf /srv/cache', 'destroy'],
    ['- rm -rf /srv/cache', 'opaque'],
    ['- restart the service\n- look again', 'other'],
    ['DELETE FROM carts;\n\n a | b\n---+---\n 1 | 2', 'destroy'],
    ['SELECT a, b FROM carts;\n\n a | b\n---+---\n 1 | 2\n(1 row)', 'read'],
    ['NAME   READY\nweb    1/1\nkubectl delete pod web', 'destroy'],
    ['keys cart:*', 'read'],
    ['[default]\nregion = eu\nkey = <key>', 'config'],
    ['site-tool <env> service restart', 'opaque'],
    ['Storage → Nodes → Web', 'other'],
    ['● web.service - Web\n   Loaded: loaded\n   Active: active', 'sample'],
    ['role:slave\nmaster_port:6379', 'sample'],
    ['acl admin path_beg /admin\nhttp-request deny if admin', 'config'],
    ['attributes(\n  :x => {\n    :y => 1\n  }\n)', 'config'],
    ['[15:43] me | ~ -> kubectl delete pod x', 'destroy'],
    ['web-1$ systemctl stop web', 'destroy'],
    ['Oct 18 19:39:36 host kernel[1]: out of memory', 'sample'],
    ['kubectl get hpa\nNAME   REFERENCE   TARGETS\nweb    Deployment/web   1%', 'read'],
    ['[your command here]', 'template'],
    ['SW-1# clear counters\nSW-1# show interfaces status', 'change'],
    ['unknown-tool zap /dev/sdb', 'opaque'],
    ['The file lies in /etc/hosts and is read', 'sample'],
    ['# nightly\n0 2 * * * /opt/backup.sh', 'config'],
    ['→ kubectl delete ns shop', 'destroy'],
    ['kubectl get pod\n>\nNAME   READY   STATUS\nweb    0/1     Terminating', 'read'],
    ['export API_TOKEN="secret"\nAPI_URL="https://x" # optional', 'config'],
    ['→ kubectl get pods', 'read'],
    ['ops@db-1 systemctl stop postgresql', 'destroy'],
    ['| kubectl delete ns shop |', 'destroy'],
    ['┌──────────────────────────┐\n│ kubectl delete ns shop   │\n└──────────────────────────┘', 'destroy'],
    ['│ Node │ web-1 │\n│ CPU  │ 93 %  │', 'other'],
    ['sum(rate(http_requests_total[5m]))\ndb.orders.drop()', 'destroy'],
    ['NAME   READY\nweb    1/1\ndb.orders.drop()', 'destroy'],
    ['{"status": "red"}\nDELETE /orders', 'destroy'],
    ['1. DELETE FROM orders;\n2. VACUUM orders;', 'destroy'],
    ['1. SELECT count(*) FROM orders;\n2. SELECT 1;', 'read'],
  ])('%s is %s', async (text, expected) => {
    expect((await read(text)).block.class).toBe(expected);
  });
});
