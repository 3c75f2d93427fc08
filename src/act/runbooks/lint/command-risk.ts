import { judgeByRules } from '../risk/match-rule.ts';
import type { RunClass } from '../risk/verdict.ts';
import { TOOLS } from '../risk-table/index.ts';
import type { LintCommand } from './lint-script.ts';

/** What one command does by the risk table; what stands inside it (`sudo`, `kubectl exec`) is a command of its own. */
export function commandRisk(command: LintCommand): RunClass {
  const tool = TOOLS.get(command.name);
  if (tool === undefined)
    return command.name === 'find' && command.args.some((arg) => arg.value === '-delete') ? 'destroy' : 'read';
  return judgeByRules(
    tool,
    command.args.map((arg) => arg.value),
    command.name,
  ).class;
}
