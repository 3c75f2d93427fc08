import type { Approval, Run } from '../contract/run.ts';
import { HoldfastError } from '../platform/errors/holdfast-error.ts';
import { type ApiClient, route } from './api-client.ts';
import { askLine } from './terminal/ask-line.ts';
import { cleanLine, cleanText } from './terminal/clean-text.ts';
import type { Output } from './terminal/output.ts';
import { printApproval } from './views/approval-view.ts';

/**
 * Asks the person at the terminal what a run waits for, and passes the answer on.
 * @returns false when the person gave none: the run then stays as it is
 */
export async function answerAtTerminal(api: ApiClient, output: Output, run: Run): Promise<boolean> {
  if (run.status === 'in-doubt') return decide(api, output, run);
  if (run.waitingFor === 'approval') {
    const pending = run.approvals.find((approval) => approval.status === 'pending');
    return pending ? approve(api, output, pending) : false;
  }
  const waiting = run.steps.find((step) => step.status === 'waiting');
  const action = run.plan.steps.find((step) => step.id === waiting?.id)?.action;
  if (!waiting || !action) return false;
  const send = (body: object) =>
    api.send('POST', route`/api/v1/runs/${run.id}/answer`, { body: { step: waiting.id, ...body } });
  switch (action.kind) {
    case 'input': {
      const value = await askLine(`${cleanLine(action.prompt)} (${action.type}): `);
      return value === null ? false : retryOnInvalid(output, () => send({ value }));
    }
    case 'choice': {
      output.note(cleanLine(action.prompt));
      for (const { option, label } of action.options) output.note(`  ${option}: ${cleanLine(label)}`);
      const option = await askLine('Which one? ');
      return option === null ? false : retryOnInvalid(output, () => send({ option: option.trim() }));
    }
    case 'manual': {
      output.note(cleanText(action.text));
      const word = await askLine('Done? (yes, or why not) ');
      if (word === null) return false;
      const done = /^(?:y|yes|done)$/i.test(word.trim());
      return retryOnInvalid(output, () => send(done ? { done } : { done, reason: word.trim() || 'not done' }));
    }
    default:
      return false;
  }
}

async function approve(api: ApiClient, output: Output, approval: Approval): Promise<boolean> {
  printApproval(output, approval, new Date());
  const { title } = approval.effect;
  const word = await askLine(`Type "${cleanLine(title)}" to approve, or why not: `);
  if (word === null) return false;
  const path = (decision: string) => `${route`/api/v1/approvals/${approval.id}`}/${decision}`;
  return retryOnInvalid(output, () =>
    word.trim() === title.trim()
      ? api.send('POST', path('approve'), { body: { confirm: title } })
      : api.send('POST', path('reject'), { body: { reason: word.trim() || 'not approved' } }),
  );
}

async function decide(api: ApiClient, output: Output, run: Run): Promise<boolean> {
  const doubtful = run.steps.find((step) => step.status === 'in-doubt');
  if (!doubtful) return false;
  output.note(`Whether "${cleanLine(doubtful.title)}" took effect is not known.`);
  const word = await askLine('Look, then say what is so: done, retry, failed or rollback: ');
  if (word === null) return false;
  const body = { step: doubtful.id, decision: word.trim(), reason: 'decided at the terminal' };
  return retryOnInvalid(output, () => api.send('POST', route`/api/v1/runs/${run.id}/decide`, { body }));
}

/** A wrong answer is said and asked again; the run waits as before. */
async function retryOnInvalid(output: Output, send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send();
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError) || thrown.kind !== 'invalid') throw thrown;
    output.note(`${thrown.message}${thrown.hint ? `. ${thrown.hint}` : ''}`);
  }
  return true;
}
