import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';
import { classifyScript } from './classify-shell.ts';
import { isRiskier } from './verdict.ts';

afterAll(stopSyntaxThread);

const quoted = (script: string) => `'${script.replaceAll("'", "'\\''")}'`;

/** What stands around a command without making it any more harmless. */
const AROUND: readonly ((command: string) => string)[] = [
  (command) => `sudo -u root ${command}`,
  (command) => `sudo -iu app -- ${command}`,
  (command) => `timeout -k 5 60 ${command}`,
  (command) => `env A=b nice -n 5 nohup ${command} &`,
  (command) => `systemd-run --unit=x ${command}`,
  (command) => `ssh -p 22 ops@host ${quoted(command)}`,
  (command) => `bash -lc ${quoted(command)}`,
  (command) => `su - app -c ${quoted(command)}`,
  (command) => `eval ${quoted(command)}`,
  (command) => `kubectl exec -n x -it pod -c main -- sh -c ${quoted(command)}`,
  (command) => `docker exec web bash -c ${quoted(command)}`,
  (command) => `oc debug node/n -- chroot /host ${command}`,
  (command) => `gcloud compute ssh vm --command ${quoted(command)}`,
  (command) => `pdsh -w h[1-9] ${quoted(command)}`,
  (command) => `salt '*' cmd.run ${quoted(command)}`,
  (command) => `ansible all -m shell -a ${quoted(command)}`,
  (command) => `watch -n 5 ${quoted(command)}`,
  (command) => `for h in a b; do ${command}; done`,
  (command) => `while read -r line; do ${command}; done < list`,
  (command) => `if true; then ${command}; fi`,
  (command) => `(cd /tmp && ${command})`,
  (command) => `f() { ${command}; }; f`,
  (command) => `run() { "$@"; }; run ${command}`,
  // The blank keeps `$((cd x && y))` from being a sum, which runs nothing.
  (command) => `X="$( ${command})"; echo "$X"`,
  (command) => `diff <(${command}) <(true)`,
  (command) => `trap ${quoted(command)} EXIT`,
  (command) => `bash <<'EOF'\n${command}\nEOF`,
  (command) => `ssh host 'bash -s' <<'EOF'\n${command}\nEOF`,
  (command) => `kubectl get pods\n${command}\nkubectl get pods`,
  (command) => `true && ${command} || true`,
];

const COMMANDS = [
  'kubectl delete pod x',
  'kubectl scale deploy/x --replicas=0',
  'systemctl stop nginx',
  'rm -rf /srv/x',
  'psql -c "drop table t"',
  'redis-cli flushall',
  'aws ec2 terminate-instances --instance-ids i',
  'mysql -e "reset master"',
  'systemctl restart nginx',
  'kubectl apply -f x.yaml',
  'terraform apply',
  'nc -z db 5432',
  './site-script.sh',
  'kubectl get pods',
];

describe('wrapping a command', () => {
  it('never makes it look more harmless than it is', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...COMMANDS),
        fc.array(fc.constantFrom(...AROUND), { minLength: 1, maxLength: 3 }),
        async (command, around) => {
          const bare = await classifyScript(command);
          const script = around.reduce((inside, wrap) => wrap(inside), command);
          const wrapped = await classifyScript(script);
          // What cannot be followed is opaque, which is handled as destroy.
          const isLower = isRiskier(bare.class, wrapped.class) && wrapped.class !== 'opaque';
          expect(isLower, `${bare.class} became ${wrapped.class} (${wrapped.reason}): ${script}`).toBe(false);
        },
      ),
      { numRuns: 400, interruptAfterTimeLimit: 20_000 },
    );
  });
});

const WORDS = readFileSync(new URL('./corpus/tuned.txt', import.meta.url), 'utf8').split(/\s+/);
const SYNTAX = [
  '|',
  '&&',
  ';',
  '\n',
  '$(',
  ')',
  '`',
  "'",
  '"',
  '<<EOF',
  'EOF\n',
  '{',
  '}',
  '(',
  '>',
  '<',
  '$X',
  '${Y[@]}',
  '=(',
  '\\',
  '#',
  'for',
  'do',
  'done',
  'if',
  'then',
  'fi',
  '--',
  '-',
  '"$@"',
  'alias a=b',
  '\u0000',
  '😀',
];

describe('any text', () => {
  it('gets a class', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom(...SYNTAX), fc.string({ maxLength: 6 })), {
          maxLength: 60,
        }),
        async (parts) => {
          const verdict = await classifyScript(parts.join(' '));
          expect(['read', 'check', 'change', 'destroy', 'opaque']).toContain(verdict.class);
          expect(verdict.reason).not.toBe('');
        },
      ),
      { numRuns: 500, interruptAfterTimeLimit: 20_000 },
    );
  });

  it('takes time that grows with its length alone', { timeout: 60_000 }, async () => {
    const line = 'A=1; for h in a b c; do ssh "$h" "systemctl restart $A" | grep -c ok; done\n';
    // Work of this process alone, the least of three: a busy machine makes it wait, not work.
    const measure = async (times: number) => {
      const works: number[] = [];
      for (let n = 0; n < 3; n += 1) {
        const before = process.cpuUsage();
        await classifyScript(line.repeat(times));
        works.push(process.cpuUsage(before).user);
      }
      return Math.min(...works);
    };
    await measure(50);
    const [short, long] = [await measure(100), await measure(800)];
    // Eight times the text; far from sixty-four times the work.
    expect(long).toBeLessThan(short * 30);
  });
});
