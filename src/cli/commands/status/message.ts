import type { Command } from 'commander';
import { parseTime } from '../../options/parse-time.ts';
import { collectInput, parseCount, parseDurationMs } from '../../options/parse-values.ts';

/** What every message to the public says, as options. */
export type MessageOptions = {
  impactText: string;
  statusText: string;
  percent?: number;
  eta?: string;
  next: number;
  affects?: Record<string, string>;
};

/** @param impact what stands for the text of customers where none is given; without it one must be */
export function addMessage(command: Command, impact: string | null = null): Command {
  const begun =
    impact === null
      ? command.requiredOption('--impact-text <text>', 'what customers notice')
      : command.option('--impact-text <text>', `what customers notice (default: ${impact})`);
  return begun
    .requiredOption('--status-text <text>', 'what is done about it, or what it was')
    .requiredOption('--next <duration>', 'when they hear again: 15m; 0 with the last message', parseDurationMs)
    .option('--percent <share>', 'share of customers, in percent', parseCount)
    .option('--eta <time>', 'when it is expected to be over', parseTime)
    .option('--affects <component=status>', 'a component and how it stands now; may be repeated', collectInput);
}

const MINUTE_MS = 60_000;

export function messageOf(options: MessageOptions): object {
  return {
    impact: options.impactText,
    status: options.statusText,
    affectedPercent: options.percent ?? null,
    eta: options.eta ?? null,
    nextUpdateMinutes: Math.round(options.next / MINUTE_MS),
  };
}

export function affectedOf({ affects }: Pick<MessageOptions, 'affects'>): object[] {
  return Object.entries(affects ?? {}).map(([component, status]) => ({ component, status }));
}
