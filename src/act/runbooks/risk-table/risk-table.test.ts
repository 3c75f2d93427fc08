import { afterAll, describe, expect, it } from 'vitest';
import { classifyScript } from '../risk/classify-shell.ts';
import { judgeStatements } from '../risk/classify-sql.ts';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';
import { RISK_TABLE } from './index.ts';
import { SQL_FUNCTIONS, SQL_STATEMENTS } from './sql.ts';

afterAll(stopSyntaxThread);

describe('the risk table', () => {
  it('names every tool once', () => {
    const names = RISK_TABLE.flatMap((tool) => tool.names);
    expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
  });

  for (const tool of RISK_TABLE) {
    it(`calls each example of ${tool.names[0]} what its rule says`, async () => {
      for (const rule of tool.rules) {
        for (const example of rule.examples) {
          expect(await classifyScript(example), example).toMatchObject({ class: rule.risk, reason: rule.reason });
        }
      }
    });
  }

  it.each([
    ['vault operator peers', 'read'],
    ['awless purge x', 'destroy'],
    ['op vault purge x', 'destroy'],
    ['grep delete x', 'read'],
    ['kubectl some-plugin tenant list', 'read'],
    ['kubectl some-plugin tenant delete x', 'destroy'],
    ['kubectl some-plugin frobnicate', 'opaque'],
    ['kubectl "$VERB" pod list', 'opaque'],
    ['consul "$GROUP" "$VERB" list', 'opaque'],
  ])('judges by a common verb what no rule speaks of: %s', async (command, expected) => {
    expect(await classifyScript(command)).toMatchObject({ class: expected });
  });

  it('calls each example statement of SQL what its rule says', async () => {
    for (const rule of SQL_STATEMENTS) {
      for (const example of rule.examples) {
        const judged = await judgeStatements(example);
        expect(judged.ok && judged.statements.map((each) => each.verdict.class), example).toEqual([rule.risk]);
      }
    }
  });

  it('calls each example function of SQL what its rule says', async () => {
    for (const rule of SQL_FUNCTIONS) {
      for (const example of rule.examples) {
        const judged = await judgeStatements(example);
        expect(judged.ok && judged.statements.map((each) => each.verdict.class), example).toEqual([rule.risk]);
      }
    }
  });
});
