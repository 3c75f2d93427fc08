import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Approval, Run } from '../../src/contract/run.ts';
import { beginStory, type Story } from '../harness/story.ts';

/** The folder of shipped runbooks. */
export const LIBRARY = fileURLToPath(new URL('../../runbooks', import.meta.url));

const LIMIT_MS = 60_000;
const LOOK_AGAIN_MS = 25;
const STEP_MS = 100;

/** A Holdfast that serves the shipped library, and keeps what steps write for themselves in its own folder. */
export async function beginLibraryStory(config: {
  variables?: Record<string, string>;
  [setting: string]: unknown;
}): Promise<Story> {
  const { variables = {}, ...rest } = config;
  return beginStory({
    runbooks: [LIBRARY],
    environments: { test: { variables: { HOME: '/tmp', KUBECACHEDIR: '/tmp/holdfast-test-kubectl', ...variables } } },
    ...rest,
  });
}

export type Answers = {
  /** Word in the label of the option to choose. */
  choose?: string;
  /** Done when a step for a person is reached, before it is confirmed. */
  onManual?: (title: string) => Promise<void>;
  /** Done when an approval is asked for, before it is answered. */
  onApproval?: (title: string) => Promise<void>;
  /** Titles of approvals to refuse. */
  refuse?: RegExp;
};

/** Starts a procedure of the library, answers what it asks as an on-call engineer would, and returns it when it has ended. */
export async function carryOut(
  story: Story,
  procedure: string,
  inputs: Record<string, string>,
  answers: Answers = {},
): Promise<Run> {
  const [runbook = '', slug] = procedure.split('#');
  const { id } = await story.api<Run>('POST', '/api/v1/runs', {
    runbook,
    ...(slug === undefined ? {} : { procedure: slug }),
    inputs,
    environment: 'test',
  });
  return followToEnd(story, id, answers);
}

/** Undoes what a run did, and returns it when that has ended. */
export async function rollBack(story: Story, run: Run): Promise<Run> {
  await story.api('POST', `/api/v1/runs/${run.id}/rollback`, { reason: 'it failed half-way' });
  return followToEnd(story, run.id, {});
}

async function followToEnd(story: Story, id: string, answers: Answers): Promise<Run> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const run = await story.api<Run>('GET', `/api/v1/runs/${id}`);
    if (run.endedAt !== null && run.status !== 'rolling-back') return run;
    if (run.status === 'in-doubt' || performance.now() > deadline)
      throw new Error(`the run does not come to an end:\n${transcript(run)}`);
    if (run.status === 'waiting') await answer(story, run, answers);
    story.clock.advanceBy(STEP_MS);
    await sleep(LOOK_AGAIN_MS);
  }
}

async function answer(story: Story, run: Run, answers: Answers): Promise<void> {
  const step = run.steps.find((each) => each.status === 'waiting');
  if (!step) return;
  const say = (body: object) => story.api('POST', `/api/v1/runs/${run.id}/answer`, { step: step.id, ...body });
  if (run.waitingFor === 'approval') {
    const pending = run.approvals.find((approval: Approval) => approval.status === 'pending');
    if (!pending) return;
    await answers.onApproval?.(pending.effect.title);
    const verdict = answers.refuse?.test(pending.effect.title) === true ? 'reject' : 'approve';
    await story.api('POST', `/api/v1/approvals/${pending.id}/${verdict}`, { confirm: step.title, reason: 'test' });
  } else if (run.waitingFor === 'choice') {
    const asked = run.plan.choices.find(({ group }) =>
      run.plan.steps.some(({ id, action }) => id === step.id && action.kind === 'choice' && action.group === group),
    );
    const option = asked?.options.find(({ label }) => label.includes(answers.choose ?? ''));
    if (!option) throw new Error(`no option "${answers.choose}" among ${JSON.stringify(asked?.options)}`);
    await say({ option: option.option });
  } else if (run.waitingFor === 'manual') {
    await answers.onManual?.(step.title);
    await say({ done: true });
  }
}

/** What a run did, for the message of an assertion. */
export function transcript(run: Run): string {
  const lines = run.steps.flatMap((step) => [
    `${step.status.padEnd(10)} ${step.id}`,
    ...step.attempts.flatMap(({ reason, output }) =>
      [reason ?? '', `${output.head}${output.tail}`].filter((text) => text.trim() !== '').map((text) => `    ${text}`),
    ),
  ]);
  return [`${run.runbook}#${run.procedure}: ${run.status} ${run.reason ?? ''}`, ...lines].join('\n');
}

/** What a step printed, over all its attempts. */
export function outputOf(run: Run, stepId: string): string {
  const step = run.steps.find((each) => each.id === stepId);
  if (!step) throw new Error(`no step ${stepId}:\n${transcript(run)}`);
  return step.attempts.map(({ output }) => output.head + output.tail).join('');
}
