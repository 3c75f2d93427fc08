import type { PlannedStep, StepAction } from '../../contract/runbook.ts';
import { inGateTimes } from './gate-times.ts';

/** A planned step with its inputs under other names, wherever they are named. */
export function renameInputs(step: PlannedStep, rename: (name: string) => string): PlannedStep {
  return {
    ...step,
    inputs: step.inputs.map(rename),
    target: step.target === null ? null : renameMarks(step.target, rename),
    action: renameInAction(step.action, rename),
  };
}

function renameInAction(action: StepAction, rename: (name: string) => string): StepAction {
  const marks = (text: string) => renameMarks(text, rename);
  switch (action.kind) {
    case 'shell':
      return {
        ...action,
        parameters: Object.fromEntries(
          Object.entries(action.parameters).map(([variable, name]) => [variable, rename(name)]),
        ),
      };
    case 'sql':
      return {
        ...action,
        statements: action.statements.map((statement) => ({ ...statement, binds: statement.binds.map(rename) })),
      };
    case 'http':
      return {
        ...action,
        url: marks(action.url),
        headers: Object.fromEntries(Object.entries(action.headers).map(([name, value]) => [name, marks(value)])),
        body: action.body === null ? null : marks(action.body),
      };
    case 'check':
      return { ...action, probe: marks(action.probe) };
    case 'metric-gate':
      return {
        ...action,
        query: marks(action.query),
        ...(action.unknownTimes && { unknownTimes: inGateTimes(action.unknownTimes, marks) }),
      };
    case 'template':
    case 'notify':
      return { ...action, text: marks(action.text) };
    case 'foreach':
      return { ...action, items: marks(action.items), as: rename(action.as) };
    case 'input':
      return { ...action, name: rename(action.name) };
    default:
      return action;
  }
}

function renameMarks(text: string, rename: (name: string) => string): string {
  return text.replace(/\{\{([^{}]+)\}\}/g, (_mark, name: string) => `{{${rename(name)}}}`);
}
