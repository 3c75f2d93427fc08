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
