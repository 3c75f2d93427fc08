import { afterAll, describe, expect, it } from 'vitest';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';
import { applyFixes } from './apply-fixes.ts';
import { lintRunbook } from './lint-runbook.ts';
import { LINT_RULES } from './rules/index.ts';

afterAll(stopSyntaxThread);

const lint = async (id: string, text: string) =>
  lintRunbook({ file: 'example.md', text }, { only: [id], fileExists: (path) => !path.includes('no-such') });

describe.each(LINT_RULES.map((rule) => [rule.id, rule] as const))('rule %s', (id, rule) => {
  it('finds its bad example once, says why, and is silent on the good one', async () => {
    const findings = await lint(id, rule.bad);
    expect(findings.map((finding) => finding.rule)).toEqual([id]);
    expect(findings[0]!.message).not.toMatch(/[\uFFFC\uE000-\uF8FF]/);
    expect(findings[0]!.why.length).toBeGreaterThan(20);
    expect(await lint(id, rule.good)).toEqual([]);
  });

  it('finds the others too, and keeps quiet where nothing is wrong', async () => {
    for (const text of rule.loud ?? []) expect((await lint(id, text)).length, text).toBeGreaterThan(0);
    for (const text of rule.silent ?? []) expect(await lint(id, text), text).toEqual([]);
  });

  it('is mended by its fix, where it has one', async () => {
    for (const text of [rule.bad, ...(rule.loud ?? [])]) {
      const findings = await lint(id, text);
      if (!findings.some((finding) => finding.fix !== null)) continue;
      const { text: fixed } = applyFixes(text, findings);
      const left = (await lint(id, fixed)).filter((finding) => finding.fix !== null);
      expect(left, fixed).toEqual([]);
    }
  });
});

it('no two rules have the same name, and all names are kebab-case', () => {
  const ids = LINT_RULES.map((rule) => rule.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]+(?:-[a-z0-9]+)*$/);
});
