import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';
import { boundEndless } from './bound-endless.ts';
import { ENDLESS_COMMANDS } from './endless/endless-commands.ts';

afterAll(stopSyntaxThread);

describe('a command that never ends', () => {
  it.each(ENDLESS_COMMANDS.flatMap((rule) => rule.examples.map((example) => [example, rule] as const)))(
    '%s is bounded',
    async (example, rule) => {
      const bounded = await boundEndless(example);
      expect(bounded).toMatchObject({ why: rule.why });
      expect(bounded!.script).not.toBe(example);
      expect(spawnSync('bash', ['-n', '-c', bounded!.script]).status).toBe(0);
      // Bounding what is bounded changes nothing more, except where the bound is a clock.
      if (bounded!.how === 'rewritten' && rule.bound !== 'door') expect(await boundEndless(bounded!.script)).toBeNull();
    },
  );

  it.each([
    ["watch -n 5 'kubectl get pods -l app=x'", 'kubectl get pods -l app=x'],
    ['watch kubectl get pods', 'kubectl get pods'],
    ['kubectl logs -f deploy/x -n y --tail=100', 'kubectl logs deploy/x -n y --tail=100'],
    ['kubectl logs deploy/x -f | grep ERROR | head -50', 'kubectl logs deploy/x | grep ERROR | head -50'],
    ['docker-compose -f prod.yml logs -f app', 'docker-compose -f prod.yml logs app'],
    ['tail -100f /var/log/x', 'tail -100 /var/log/x'],
    ['sudo tail -f x | grep y', 'sudo tail x | grep y'],
    ['kubectl exec p -- tail -f x', 'kubectl exec p -- tail x'],
    ['go tool pprof -base=a b', 'go tool pprof -top -base=a b'],
    ['journalctl -fu x', 'journalctl -u x -n 200 --no-pager'],
    ['kubectl get pods -wA', 'kubectl get pods -A'],
    ['kubectl get pods -A --watch', 'kubectl get pods -A'],
    ['docker logs -tf web', 'docker logs -t web'],
    ['docker exec web tail -f /log', 'docker exec web tail /log'],
    ['sudo -u app tail -f /log', 'sudo -u app tail /log'],
    ['ssh -i key h tail -f /log', 'ssh -i key h tail /log'],
    ['tail -F /log | grep -i error', 'tail /log | grep -i error'],
    ['top -p 12', 'top -p 12 -b -n 1'],
    ['vmstat 1', 'vmstat 1 5'],
    ['less -R +F /log', 'cat /log'],
    ['kubectl describe pod x | less', 'kubectl describe pod x | cat'],
    ['ping -i 2 h', 'ping -i 2 h -c 4'],
    ['k logs -f deploy/web', 'k logs deploy/web'],
    ['d8 k -n shop logs -f deploy/web', 'd8 k -n shop logs deploy/web'],
    ['sudo k3s kubectl get pods -w', 'sudo k3s kubectl get pods'],
  ])('%s becomes %s', async (example, expected) => {
    expect((await boundEndless(example))?.script).toBe(expected);
  });

  it.each([
    'kubectl apply -f x.yaml',
    'docker-compose -f x.yml ps',
    'grep -f patterns x',
    'kubectl get pods -o wide',
    'top -b -n 1',
    'ping -c 3 x',
    'iostat -x 1 3',
    'while read l; do echo "$l"; done < f',
    'tail -n 5 f',
    'docker stats --no-stream',
    'timeout 30 tail -f /log',
    'kubectl get pods -owide',
    'tcpdump -c 10 -i eth0',
    'mtr --report h',
    'nc -zv h 80',
    'ss -tlnp',
    'netstat -tulpn',
    'docker run -d -it x',
    'docker compose up -d',
    'perf record -p 1 sleep 5',
    'while true; do ls && break; done',
    'until pg_isready; do sleep 1; done',
    'for i in 1 2; do ls; done',
    'sar -n DEV 1 3',
    'consul members',
    'celery -A app status',
    'rq info',
    'php artisan migrate --force',
    'php artisan queue:work --stop-when-empty',
    'python manage.py migrate',
    'bundle exec rails db:migrate',
    'rails db:migrate:status',
    'flask db upgrade',
    'argo list',
    'flux get all',
    'ceph status',
    'supervisorctl tail web',
  ])('%s ends by itself and is left alone', async (example) => {
    expect(await boundEndless(example)).toBeNull();
  });

  it('in another shell is given a time', async () => {
    expect(await boundEndless("ssh h 'tail -f /var/log/x'")).toMatchObject({ how: 'time-box' });
    expect(await boundEndless('while true; do date; sleep 1; done')).toMatchObject({ how: 'time-box' });
  });

  it.each([
    'for ((;;)); do date; done',
    'until false; do date; done',
    'while sleep 5; do kubectl get pods; done',
    'while :; do date; done',
    "kubectl exec web -- sh -c 'tail -f /log'",
    "bash -c 'while true; do date; done'",
    'kubectl proxy &',
    'bundle exec sidekiq',
    'docker compose exec app php artisan queue:work',
    'yes',
  ])('%s is given a time or an end', async (example) => {
    expect(await boundEndless(example)).toMatchObject({ how: 'time-box' });
  });

  it('that runs behind its own & is closed again too', async () => {
    const bounded = await boundEndless('kubectl port-forward svc/x 8080:80 &\ncurl http://localhost:8080/');
    expect(bounded!.script).toMatch(/; sleep 3\ncurl/);
    expect(spawnSync('bash', ['-n', '-c', bounded!.script]).status).toBe(0);
  });

  it('that later lines need stays open until the script is over', async () => {
    const bounded = await boundEndless('kubectl port-forward svc/x 8080:80\ncurl http://localhost:8080/');
    expect(bounded).toMatchObject({ how: 'rewritten' });
    expect(bounded!.script).toMatch(/^kubectl port-forward svc\/x 8080:80 & .*\ncurl/);
  });
});
