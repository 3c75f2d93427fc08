import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';
import { boundEndless } from './bound-endless.ts';
import { ENDLESS_COMMANDS } from './endless-commands.ts';

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
  ])('%s ends by itself and is left alone', async (example) => {
    expect(await boundEndless(example)).toBeNull();
  });

  it('in another shell is given a time', async () => {
    expect(await boundEndless("ssh h 'tail -f /var/log/x'")).toMatchObject({ how: 'time-box' });
    expect(await boundEndless('while true; do date; sleep 1; done')).toMatchObject({ how: 'time-box' });
  });

  it('that later lines need stays open until the script is over', async () => {
    const bounded = await boundEndless('kubectl port-forward svc/x 8080:80\ncurl http://localhost:8080/');
    expect(bounded).toMatchObject({ how: 'rewritten' });
    expect(bounded!.script).toMatch(/^kubectl port-forward svc\/x 8080:80 & .*\ncurl/);
  });
});
