import { afterAll, describe, expect, it } from 'vitest';
import { parseRunbook } from '../parse-runbook.ts';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';

afterAll(stopSyntaxThread);

const TICKS = '```';
const sh = (text: string, indent = '') => `${indent}${TICKS}sh\n${indent}${text}\n${indent}${TICKS}\n`;
async function choicesOf(text: string) {
  const document = await parseRunbook({ file: 'x.md', text });
  const steps = document.procedures.flatMap((each) => each.phases.flatMap((phase) => phase.steps));
  const chosen = steps.filter((step) => step.choice !== null);
  return {
    questions: steps.filter((step) => step.kind === 'choice').length,
    options: chosen.map((step) => step.choice!.option),
    groups: new Set(chosen.map((step) => step.choice!.group)).size,
    free: steps.filter((step) => step.choice === null && step.kind === 'shell').map((step) => step.body),
  };
}

describe('several ways to do the same', () => {
  it.each([
    [
      'below headings',
      `### Option 1\n\n${sh('systemctl restart web')}\n### Option 2\n\n**Docker:**\n\n${sh('docker restart web')}\n**Kubernetes:**\n\n${sh('kubectl rollout restart deploy/web')}`,
    ],
    [
      'in one fence',
      `### Option 1\n\n${sh('systemctl restart web')}\n### Option 2\n\n${sh('# Docker\ndocker restart web\n\n# Kubernetes\nkubectl rollout restart deploy/web')}`,
    ],
    [
      'by the word or',
      `### Option 1\n\n${sh('systemctl restart web')}\n### Option 2\n\n${sh('docker restart web')}\nOr:\n\n${sh('kubectl rollout restart deploy/web')}`,
    ],
  ])('a way within a way is asked about where the outer one is taken, %s', async (_where, text) => {
    const document = await parseRunbook({ file: 'x.md', text: `## Fix\n\n${text}` });
    const steps = document.procedures.flatMap((each) => each.phases.flatMap((phase) => phase.steps));
    const options = (step: (typeof steps)[number]) => (step.ways ?? []).map((way) => way.option);
    expect(steps.map((step) => [step.kind, step.choice?.label.toLowerCase() ?? null, options(step)])).toEqual([
      ['choice', null, []],
      ['shell', expect.anything(), []],
      ['choice', null, ['2']],
      ['shell', expect.stringMatching(/docker|1/), ['2']],
      ['shell', expect.stringMatching(/kubernetes|2/), ['2']],
    ]);
    expect(new Set(steps.flatMap((step) => step.choice?.group ?? [])).size).toBe(2);
  });

  it('numbered options that begin anew with other words are another question', async () => {
    const text = `## Fail over\n\n**Fence**\n\n1. **Option 1: Planned**\n\n${sh('ls a', '   ')}\n2. **Option 2: Unplanned**\n\n${sh('ls b', '   ')}\n**Move**\n\n3. **Option 1: Route 53**\n\n${sh('ls c', '   ')}\n4. **Option 2: BIND**\n\n${sh('ls d', '   ')}`;
    expect(await choicesOf(text)).toEqual({ questions: 2, options: ['1', '2', '1', '2'], groups: 2, free: [] });
    // The same words again go on with the question that was asked.
    const again = text.replace('Route 53', 'Planned').replace('BIND', 'Unplanned');
    expect(await choicesOf(again)).toMatchObject({ questions: 1, groups: 1 });
  });

  it('a question that also decides about other places is asked whatever was taken', async () => {
    const platforms = sh('# Docker\ndocker restart web\n\n# Kubernetes\nkubectl rollout restart deploy/web');
    const text = `## Fix\n\n### Option 1\n\n${platforms}\n### Option 2\n\n${platforms}\n### Option 3\n\n${sh('ls')}`;
    const document = await parseRunbook({ file: 'x.md', text });
    const steps = document.procedures.flatMap((each) => each.phases.flatMap((phase) => phase.steps));
    const platform = steps.filter((step) => step.kind === 'choice' && step.id.includes('platform'));
    expect(platform).toHaveLength(1);
    expect(platform[0]).not.toHaveProperty('ways');
    const docker = steps.filter((step) => step.choice?.option === 'docker');
    expect(docker.map((step) => step.ways?.map((way) => way.option))).toEqual([['1'], ['2']]);
  });

  it('ends with the numbered item whose bullets they are', async () => {
    const ways = `   - Option 1: restart\n${sh('systemctl restart web', '     ')}   - Option 2: undo\n${sh('helm rollback web', '     ')}`;
    const found = await choicesOf(`## Fix\n\n1. Repair:\n${ways}\n2. Verify:\n${sh('curl -f http://web/', '   ')}`);
    expect(found.options).toEqual(['1', '2']);
    expect(found.free).toEqual(['curl -f http://web/']);
  });

  it.each<[string, string, string[]]>([
    [
      'options as headings',
      `## Fix\n\n### Option 1: restart\n\n${sh('systemctl restart web')}\n### Option 2: undo\n\n${sh('helm rollback web')}`,
      ['1', '2'],
    ],
    [
      'options with letters',
      `## Fix\n\n### Option A - restart\n\n${sh('systemctl restart web')}\n### Option B - undo\n\n${sh('helm rollback web')}`,
      ['a', 'b'],
    ],
    [
      'options as labels',
      `## Fix\n\n**Option 1:** restart\n\n${sh('systemctl restart web')}\n**Option 2:** undo\n\n${sh('helm rollback web')}`,
      ['1', '2'],
    ],
    [
      'options as items',
      `## Fix\n\n1. Option A: restart\n\n${sh('systemctl restart web', '   ')}\n2. Option B: undo\n\n${sh('helm rollback web', '   ')}`,
      ['a', 'b'],
    ],
    [
      'platforms as headings',
      `## Restart\n\n### Docker\n\n${sh('docker restart web')}\n### Kubernetes\n\n${sh('kubectl rollout restart deploy/web')}`,
      ['docker', 'kubernetes'],
    ],
    [
      'platforms as conditions',
      `## Install\n\nIf you are on Ubuntu:\n\n${sh('apt-get install jq')}\nIf you are on RHEL:\n\n${sh('yum install jq')}`,
      ['ubuntu', 'rhel'],
    ],
    [
      'or',
      `## Fix\n\nEither scale it:\n\n${sh('kubectl scale deploy/web --replicas=3')}\nOr restart it:\n\n${sh('kubectl rollout restart deploy/web')}`,
      ['1', '2'],
    ],
    [
      'alternatively, twice',
      `## Fix\n\n${sh('ls a')}\nAlternatively:\n\n${sh('ls b')}\nor\n\n${sh('ls c')}`,
      ['1', '2', '3'],
    ],
    [
      'tabs of MkDocs',
      `## Fix\n\n=== "Docker"\n\n${sh('docker restart web', '    ')}\n=== "Helm"\n\n${sh('helm rollback web', '    ')}`,
      ['docker', 'helm'],
    ],
    [
      'tabs in Liquid',
      `## Fix\n\n{% tabs %}\n{% tab title="One" %}\n${sh('ls a')}{% endtab %}\n{% tab title="Two" %}\n${sh('ls b')}{% endtab %}\n{% endtabs %}`,
      ['one', 'two'],
    ],
    [
      'tabs in JSX',
      `## Fix\n\n<Tabs>\n<TabItem value="a" label="First">\n${sh('ls a')}</TabItem>\n<TabItem value="b" label="Second">\n${sh('ls b')}</TabItem>\n</Tabs>`,
      ['first', 'second'],
    ],
    [
      'German options',
      `## Beheben\n\n### Möglichkeit 1: Neustart\n\n${sh('systemctl restart web')}\n### Möglichkeit 2: zurück\n\n${sh('helm rollback web')}`,
      ['1', '2'],
    ],
    [
      'Russian solutions',
      `## Pods\n\n**Решение 1 - рестарт:**\n\n${sh('systemctl restart web')}\n**Решение 2 - откат:**\n\n${sh('helm rollback web')}`,
      ['1', '2'],
    ],
    [
      'Chinese ways in a fence',
      `## Fix\n\n${sh('# 方式 1：脚本\ngit pull\n\n# 方式 2：手动\ndocker compose up -d')}`,
      ['1', '2'],
    ],
    [
      'distributions in a fence',
      `## Fix\n\n${sh('# Ubuntu/Debian:\napt-get clean\n# RHEL/CentOS:\nyum clean all')}`,
      ['ubuntu', 'rhel'],
    ],
    [
      'comments in a fence',
      `## Fix\n\n${sh('# Docker\ndocker restart web\n\n# Kubernetes\nkubectl rollout restart deploy/web')}`,
      ['docker', 'kubernetes'],
    ],
  ])('%s are one question', async (_, text, options) => {
    expect(await choicesOf(text)).toMatchObject({ questions: 1, options, groups: 1 });
  });

  it.each<[string, string]>([
    ['one option alone', `## Fix\n\n### Option 1: restart\n\n${sh('systemctl restart web')}`],
    ['headings that are services', `## Checks\n\n### Web\n\n${sh('curl web')}\n### Worker\n\n${sh('curl worker')}`],
    ['prose that says or', `## Fix\n\n${sh('ls a')}\nThis takes one or two minutes.\n\n${sh('ls b')}`],
  ])('%s are no question', async (_, text) => {
    expect(await choicesOf(text)).toMatchObject({ questions: 0, options: [] });
  });

  it('end where the procedure goes on', async () => {
    const text = `## Fix\n\nEither:\n\n${sh('ls a')}\nOr:\n\n${sh('ls b')}\nThen check:\n\n${sh('ls c')}`;
    expect((await choicesOf(text)).free).toEqual(['ls c']);
  });
});
