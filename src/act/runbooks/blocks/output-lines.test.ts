import { afterAll, describe, expect, it } from 'vitest';
import { parseRunbook } from '../parse-runbook.ts';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';

afterAll(stopSyntaxThread);

const TICKS = '```';
const classOf = async (text: string, info = 'bash') =>
  (await parseRunbook({ file: 'x.md', text: `# P\n\n${TICKS}${info}\n${text}\n${TICKS}\n` })).blocks[0]!.class;

describe('what a command printed, pasted below it without prompts', () => {
  it.each([
    ['a count', 'knife node list\n3 nodes found', 'read'],
    ['words of the program', 'rabbitmqctl cluster_status\nCluster status of node rabbit@a:\nBasics: fine', 'read'],
    ['an answer in JSON', 'curl -s localhost/health\n{\n  "status": "green",\n  "nodes": [1, 2]\n}', 'read'],
    ['replies of Redis', 'redis-cli dbsize\n(integer) 42', 'read'],
    ['a table', 'kubectl get pods\nNAME   READY\nweb    1/1', 'read'],
    ['an address to open', 'kubectl get ingress\nhttps://grafana.internal/d/1', 'read'],
  ])('%s is not run', async (_what, text, expected) => {
    expect(await classOf(text)).toBe(expected);
  });

  it.each([
    ['below a count', 'knife node list\n3 nodes found\nknife node delete web-3 -y'],
    ['below a table', 'kubectl get pods\nNAME   READY\nweb    1/1\nkubectl delete pod web'],
    ['below JSON', 'curl -s localhost/x\n{"a": 1}\nrm -rf /srv/data'],
    ['in braces', 'uptime\n{ rm -rf /srv/data; }'],
    ['behind a colon', 'uptime\nDone: $(rm -rf /srv/data)'],
    ['behind a number', 'uptime\n2>/dev/null rm -rf /srv/data'],
    ['below an address', 'https://grafana.internal\nrm -rf /srv/data'],
  ])('a command %s is', async (_where, text) => {
    expect(await classOf(text)).toBe('destroy');
  });

  it.each(['2) kubectl delete pod web', 'Then: kubectl delete pod web', 'Now run: kubectl delete pod web'])(
    'does not take %s for output',
    async (line) => {
      expect(['opaque', 'destroy']).toContain(await classOf(`uptime\n3 users\n${line}`));
      expect(['opaque', 'destroy']).toContain(await classOf(`uptime\n${line}`));
    },
  );

  it('leaves what nobody knows opaque', async () => {
    expect(await classOf('uptime\n3 users\n./purge-all now')).toBe('opaque');
    expect(await classOf('uptime\nfrobnicate web')).toBe('opaque');
  });
});

describe('a fence indented further than its list item allows', () => {
  it('is the fence its author meant', async () => {
    const text = `# P\n\n1. Look\n\n  Then run:\n\n    ${TICKS}sh\n    kubectl delete pod web\n    ${TICKS}\n`;
    const { blocks } = await parseRunbook({ file: 'x.md', text });
    expect(blocks).toMatchObject([{ class: 'destroy', language: 'sh', line: 7, endLine: 9 }]);
  });

  it('is one too right below the text of its item', async () => {
    const text = `# P\n\n- [ ] Gone\n      ${TICKS}sh\n      kubectl delete pod web\n      ${TICKS}\n\n- [ ] Next\n`;
    const { blocks } = await parseRunbook({ file: 'x.md', text });
    expect(blocks).toMatchObject([{ class: 'destroy', language: 'sh', line: 4, endLine: 6 }]);
  });
});

describe('a line of options whose backslash was lost', () => {
  it.each([
    ['kubectl scale deploy web\n  --replicas=0', 'destroy'],
    ['kafka-topics.sh --create --topic t\n--partitions 3', 'change'],
    ['kubectl get pods\n--all-namespaces', 'read'],
    ['--retries 3\n--timeout 5', 'sample'],
    ['# keep\n--retries 3', 'sample'],
  ])('%s is %s', async (text, expected) => {
    expect(await classOf(text)).toBe(expected);
  });
});

describe('what stands beside commands and is none', () => {
  it.each([
    ['Primary:\nuptime', 'bash', 'read'],
    ['Primary:\nrm -rf /srv/data', 'bash', 'destroy'],
    ['# needs\nCentOS 7.9+ / Ubuntu 20.04+', 'bash', 'sample'],
    ['curl -s x/y\n{\n "a": 1\n}\ncurl -X POST x/y', '', 'change'],
    ['POST /orders/_close', 'json', 'destroy'],
    ['pool_size = 5\nname  =  "x"', '', 'config'],
    ['INCIDENT DECLARED\nStatus: Investigating\nImpact: checkout fails\nETA: TBD', '', 'template'],
    ['a ──▶ b\n  │\n  └─ then\n        kubectl delete pod x', 'text', 'other'],
    ['kubectl delete pod x\n├─ one\n├─ two\n├─ three', 'text', 'destroy'],
  ])('%s (%s) is %s', async (text, info, expected) => {
    expect(await classOf(text, info)).toBe(expected);
  });
});

describe('a word to be chosen', () => {
  it.each([
    ['systemctl [start|stop|status] web', 'destroy'],
    ['systemctl {status|is-active} web', 'check'],
    ['service web (restart|reload)', 'change'],
    ['kubectl [get|describe] pods', 'read'],
    ['kubectl [get|delete] pods web', 'destroy'],
    ["grep -E '[ab|cd]' x.log", 'read'],
  ])('%s is %s', async (text, expected) => {
    expect(await classOf(text)).toBe(expected);
  });

  it('is opaque where there are too many ways to look at', async () => {
    const word = '[aa|bb|cc|dd]';
    expect(await classOf(`uptime\nsystemctl ${word} ${word} ${word}`)).toBe('opaque');
  });
});

describe('what looks like a path or a variable, and is neither', () => {
  it.each([
    ['a comment of another language', '// the last backups\nheroku pg:backups -a shop\n// and when', 'read'],
    ['a prompt glued to a command', '$heroku ps -a shop', 'read'],
    ['a prompt glued to one that stops', '$systemctl stop shop', 'destroy'],
  ])('%s', async (_what, text, expected) => {
    expect(await classOf(text)).toBe(expected);
  });

  it('leaves a variable that the text sets, and what stands in quotes or a heredoc', async () => {
    expect(await classOf('kubectl="rm -rf"\n$kubectl get')).not.toBe('read');
    expect(await classOf('echo "\n// x" && rm -rf /srv/data')).toBe('destroy');
    expect(await classOf('// rm is next\nrm -rf /srv/data')).toBe('destroy');
    expect(await classOf("mongosh shop --eval '\n// all of it\ndb.dropDatabase()'")).toBe('destroy');
  });

  it('takes functions that are only defined for a sample, and not those that are called', async () => {
    const defined = 'def run(inputs):\n    return inputs["a"].sum()';
    expect(await classOf(defined, 'python')).toBe('sample');
    expect(await classOf(`${defined}\n\nrun({})`, 'python')).not.toBe('sample');
  });
});

describe('a fence that the text before it calls output', () => {
  const read = async (before: string, text: string) =>
    (await parseRunbook({ file: 'x.md', text: `# P\n\n${before}\n\n${TICKS}bash\n${text}\n${TICKS}\n` })).blocks[0]!
      .class;

  it.each([
    'Expected output:',
    'This is run, which might return',
    'Ожидаемо:',
    'You should see:',
    '**Sortie attendue**',
  ])('%s', async (before) => {
    expect(await read(before, 'member joined\nreplica ready')).toBe('sample');
    expect(await read(before, 'rm -rf /srv/data')).toBe('destroy');
    expect(await read(before, './make-ready.sh')).toBe('opaque');
    expect(await read(before, '/root/make-ready.sh')).toBe('opaque');
  });

  it.each(['Check the output:', 'Run this, it returns the members:', 'Then:'])('and not after %s', async (before) => {
    expect(await read(before, 'shopctl members')).toBe('opaque');
  });
});

describe('what stands in a fence of commands, and is none', () => {
  it.each([
    ['addresses to open', '# Boards\nhttps://status.internal\n- https://grafana.internal/d/1'],
    [
      'a unit with lines that go on',
      '[Unit]\nDescription=Shop\n[Service]\nExecStart=/opt/shop \\\n--port 80 \\\n--data /srv',
    ],
  ])('%s is nothing to run', async (_what, text) => {
    expect(['sample', 'config']).toContain(await classOf(text));
  });

  it('a command beside an address is still one', async () => {
    expect(await classOf('https://status.internal\nrm -rf /srv/data')).toBe('destroy');
  });
});

describe('what the text before a fence calls output', () => {
  it.each(['Example output:', 'Пример вывода:', 'Beispielausgabe:', 'Exemple de sortie :', '输出示例：'])(
    '%s is not run',
    async (before) => {
      const text = `# P\n\n1. Look\n\n   ${before}\n\n   ${TICKS}console\n   Kind     Why\n   Warning  slow\n   ${TICKS}\n`;
      expect((await parseRunbook({ file: 'x.md', text })).blocks[0]!.class).toBe('sample');
    },
  );
});
