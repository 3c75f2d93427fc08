import { afterAll, describe, expect, it } from 'vitest';
import { classifyScript } from '../risk/classify-shell.ts';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';
import type { CallRule } from './call-rules.ts';
import { classifyConsole } from './classify-console.ts';
import { REQUEST_RULES } from './classify-requests.ts';
import type { ConsoleLanguage } from './console-language.ts';
import { detectConsole, looksLikeQuery } from './detect-console.ts';
import { MONGO_CALLS } from './mongo-calls.ts';
import { PYTHON_CALLS } from './python-calls.ts';
import { RUBY_CALLS } from './ruby-calls.ts';
import { ERLANG_CALLS, JS_CALLS, PHP_CALLS } from './script-calls.ts';

afterAll(stopSyntaxThread);

const classOf = async (language: ConsoleLanguage, text: string) =>
  (await classifyConsole(language, text, (script) => classifyScript(script))).class;

const TABLES: readonly [ConsoleLanguage, readonly CallRule[]][] = [
  ['ruby', RUBY_CALLS],
  ['python', PYTHON_CALLS],
  ['mongo', MONGO_CALLS],
  ['js', JS_CALLS],
  ['php', PHP_CALLS],
  ['erlang', ERLANG_CALLS],
];

describe('the tables of calls', () => {
  for (const [language, rules] of TABLES) {
    it.each(rules.flatMap((rule) => rule.examples.map((example) => [example, rule.risk] as const)))(
      `${language}: %s is %s`,
      async (example, risk) => {
        expect(await classOf(language, example)).toBe(risk);
      },
    );
  }

  it.each(REQUEST_RULES.flatMap((rule) => rule.examples.map((example) => [example, rule.risk] as const)))(
    'request %s is %s',
    async (example, risk) => {
      expect(await classOf('requests', example)).toBe(risk);
    },
  );
});

describe('code at a console', () => {
  it.each<[ConsoleLanguage, string, string]>([
    ['ruby', 'Order.where("created_at < ?", 2.days.ago).limit(5).pluck(:id)', 'read'],
    ['ruby', 'u = Account.find_by(email: "a@example.com")\nputs u.plan.name', 'read'],
    ['ruby', 'q = Sidekiq::Queue.new("bulk")\nq.each(&:delete)', 'destroy'],
    ['ruby', 'Sidekiq::Queue.new("bulk").clear', 'destroy'],
    ['ruby', 'job = Sidekiq::RetrySet.new.find_job("1")\njob.delete', 'destroy'],
    ['ruby', 'Sidekiq::RetrySet.new.each { |j| puts j.klass }', 'read'],
    ['ruby', 'Redis.new.flushdb', 'destroy'],
    ['ruby', 'Store.redis.with { |c| c.expire("lock:1", 0) }', 'destroy'],
    ['ruby', 'Flag.find_by(key: "beta").tap { |f| f.on = true }.save', 'change'],
    ['ruby', 'shop.update_columns(frozen_at: nil)', 'change'],
    ['ruby', 'Accounts::Merge.new(a, b).execute', 'opaque'],
    ['ruby', 'Accounts::PurgeService.new(a).execute', 'destroy'],
    ['ruby', 'account.frobnicate!', 'opaque'],
    ['ruby', 'puts "#{Account.first.destroy}"', 'destroy'],
    ['ruby', 'ActiveRecord::Base.connection.execute("DELETE FROM carts")', 'destroy'],
    ['ruby', 'ActiveRecord::Base.connection.execute("SELECT count(*) FROM carts").to_a', 'read'],
    ['ruby', 'system("rm -rf /srv/cache")', 'destroy'],
    ['ruby', '# delete everything, drop all\nputs "purge is done elsewhere"', 'read'],
    ['ruby', 'Account.first.send(:destroy)', 'destroy'],
    ['ruby', 'Account.\n  where(state: 1).\n  delete_all', 'destroy'],
    ['python', 'from shop.models import Cart\nprint(Cart.objects.filter(open=True).count())', 'read'],
    ['python', 'Cart.objects.filter(open=False).delete()', 'destroy'],
    ['python', 'c = Cart.objects.get(pk=1)\nc.open = False\nc.save()', 'change'],
    ['python', 'cache.clear()', 'destroy'],
    ['python', 'import subprocess\nsubprocess.run("kubectl delete pod x", shell=True)', 'destroy'],
    ['python', 'print(f"{cart.delete()}")', 'destroy'],
    ['python', 'mystery(3)', 'opaque'],
    ['mongo', 'db.carts.find({ open: true }).sort({ at: -1 }).limit(5)', 'read'],
    ['mongo', 'db.carts.remove({ open: false })', 'destroy'],
    ['mongo', 'db.getSiblingDB("shop").carts.drop()', 'destroy'],
    ['mongo', 'cfg = rs.conf()\ncfg.members[1].priority = 0\nrs.reconfig(cfg)', 'destroy'],
    ['mongo', 'use shop\nshow collections', 'read'],
    ['mongo', 'db.adminCommand({ frobnicate: 1 })', 'opaque'],
    ['redis', 'SLOWLOG GET 10\nINFO memory', 'read'],
    ['redis', 'flushall', 'destroy'],
    ['redis', 'SENTINEL get-master-addr-by-name mymaster', 'read'],
    ['redis', 'SENTINEL failover mymaster', 'destroy'],
    ['mysql', 'SHOW SLAVE STATUS\\G', 'read'],
    ['mysql', 'SET GLOBAL max_connections = 500;', 'change'],
    ['mysql', 'KILL 42;', 'destroy'],
    ['mysql', "SELECT 'drop table x';", 'read'],
    ['mysql', 'SELECT * FROM `orders` LIMIT 5;\nPURGE BINARY LOGS BEFORE NOW();', 'destroy'],
    ['mysql', 'FROBNICATE x;', 'opaque'],
    ['cypher', 'MATCH (n:Host) RETURN count(n)', 'read'],
    ['cypher', 'MATCH (n:Host) DETACH DELETE n', 'destroy'],
    ['cypher', "MATCH (n) WHERE n.note = 'DELETE me' SET n.seen = true", 'change'],
    ['php', "Order::where('state', 'open')->count();", 'read'],
    ['php', 'Cache::flush();', 'destroy'],
    ['php', '$user->save();', 'change'],
    ['erlang', 'rabbit_amqqueue:list().', 'read'],
    ['erlang', 'rabbit_amqqueue:delete(Q, false, false).', 'destroy'],
    ['powershell', 'Get-Process | Sort-Object CPU -Descending | Select-Object -First 5', 'read'],
    ['powershell', 'Get-Service web* | Stop-Service', 'destroy'],
    ['powershell', '$p = Get-ADUser bob\nSet-ADUser $p -Enabled $true', 'change'],
    ['powershell', 'Remove-Item C:\\x -WhatIf', 'read'],
    ['powershell', 'Get-ChildItem | ForEach-Object { Remove-Item $_ }', 'destroy'],
    ['powershell', 'kubectl delete namespace shop', 'destroy'],
    ['powershell', 'C:\\windows\\system32\\iisreset.exe /stop', 'destroy'],
    ['powershell', 'iisreset /status', 'read'],
    ['powershell', 'C:\\windows\\system32\\inetsrv\\appcmd.exe recycle apppool web', 'change'],
    ['powershell', 'appcmd list apppools', 'read'],
    ['powershell', 'dcdiag /test:DNS\nrepadmin /showrepl\nnetdom query fsmo', 'read'],
    ['powershell', 'repadmin /removelingeringobjects dc2 x y', 'destroy'],
    ['powershell', 'Get-ADUser -Filter {Enabled -eq $false}', 'read'],
    ['powershell', '$n = (Get-ChildItem | Measure-Object).Count', 'read'],
    ['powershell', 'Invoke-Command -ComputerName web1 -ScriptBlock { Get-Service W3SVC }', 'read'],
    ['powershell', 'Invoke-Command -ComputerName web1 -ScriptBlock { Stop-Service W3SVC }', 'destroy'],
    ['powershell', 'Invoke-Command -ComputerName web1 -ScriptBlock $work', 'opaque'],
    ['powershell', 'Invoke-Command -ComputerName web1 -FilePath .\\fix.ps1', 'opaque'],
    ['powershell', 'Set-SqlAvailabilityGroup -Path x -Failover', 'destroy'],
    ['powershell', 'Start-ClusterNode -Name n2 -FixQuorum', 'destroy'],
    ['powershell', 'function Clean { Remove-Item C:\\x }\nClean', 'destroy'],
    ['powershell', 'function Show-It { Get-Process }\nShow-It', 'read'],
    [
      'powershell',
      'Configuration Web {\n Node a { WindowsFeature IIS { Ensure = "Present" } }\n}\nWeb -OutputPath C:\\x',
      'change',
    ],
    ['powershell', 'Move-ADObject -Identity x -TargetPath y', 'change'],
    ['cmd', 'ipconfig /all\nsc query w3svc', 'read'],
    ['cmd', 'del /q C:\\logs\\*', 'destroy'],
    ['query', 'rate(x[5m])', 'read'],
  ])('%s: %s is %s', async (language, text, expected) => {
    expect(await classOf(language, text)).toBe(expected);
  });

  it.each<[string, ConsoleLanguage | undefined]>([
    ['GET _cat/shards?v', 'requests'],
    ['rs.status()', 'mongo'],
    ['Get-Service -Name web', 'powershell'],
    ['Sidekiq::Queue.new("a").size', 'ruby'],
    ['from shop.models import Cart\nCart.objects.count()', 'python'],
    ['HGETALL user:1', 'redis'],
    ['get the keys from the safe', undefined],
    ['MATCH (n) RETURN n', 'cypher'],
    ['kubectl get pods', undefined],
    ['for f in *.log; do gzip "$f"; done', undefined],
    ['if [ -f x ]; then echo y; fi', undefined],
  ])('of no named language: %s is %s', (text, expected) => {
    expect(detectConsole(text)).toBe(expected);
  });

  it.each<[string, boolean]>([
    ['sum by (job) (rate(http_requests_total[5m]))', true],
    ['up{job="api"} == 0', true],
    ['{app="api"} |= "timeout"', true],
    ['node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1', true],
    ['sort -u names.txt', false],
    ['kubectl get pods', false],
    ['time ls', false],
  ])('a query stands alone: %s %s', (text, expected) => {
    expect(looksLikeQuery(text)).toBe(expected);
  });
});
