import type { Executor } from '../../act/runs/index.ts';
import type { StepAction } from '../../contract/runbook.ts';

type NotifyAction = Extract<StepAction, { kind: 'notify' }>;

/** Tells people something; the key keeps a repeated step from telling it twice. */
export function createNotifyExecutor(deps: {
  notify(note: { dedupKey: string; title: string; text: string }): Promise<void>;
}): Executor<NotifyAction> {
  return {
    async execute(execution) {
      const { text, channel } = execution.action;
      if (channel !== 'inbox')
        return { outcome: 'failed', exitCode: null, reason: `no channel "${channel}" for notices; there is: inbox` };
      const filled = text.replaceAll(
        /\{\{([^{}]+)\}\}/g,
        (mark, name: string) => execution.inputs[name.trim()] ?? mark,
      );
      await execution.confirmStart(null);
      await deps.notify({ dedupKey: `note-${execution.onceKey}`, title: filled.split('\n')[0] ?? '', text: filled });
      return { outcome: 'succeeded', exitCode: 0, reason: null };
    },
    async stopLeftovers() {
      // Told or not told; nothing is under way.
      return null;
    },
  };
}
