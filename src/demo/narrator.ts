import pc from 'picocolors';

/** One line of the demo's story. */
export type DemoLine = { at: string; kind: string; text: string; [detail: string]: unknown };

export type Narrator = {
  tell(kind: string, text: string, details?: Record<string, unknown>): void;
  /** For people only: what is going on between two lines. */
  aside(text: string): void;
};

type Tone = 'good' | 'bad' | 'asks' | 'plain';

const TONES: Readonly<Record<string, Tone>> = {
  'service.healthy': 'good',
  'service.broken': 'bad',
  'service.repaired': 'good',
  'probe.failed': 'bad',
  'probe.recovered': 'good',
  'finding.opened': 'bad',
  'incident.opened': 'bad',
  'incident.resolved': 'good',
  'run.succeeded': 'good',
  'run.failed': 'bad',
  'step.failed': 'bad',
  'step.in-doubt': 'asks',
  'approval.requested': 'asks',
  'approval.granted': 'good',
};
const KIND_COLUMN = 20;

/** Tells the story: JSON lines for programs, one aligned line per event for people. */
export function createNarrator(options: {
  json: boolean;
  color: boolean;
  unicode: boolean;
  write: (text: string) => void;
}): Narrator {
  const colors = pc.createColors(options.color);
  const marks: Record<Tone, string> = options.unicode
    ? { good: colors.green('✓'), bad: colors.red('✗'), asks: colors.yellow('!'), plain: colors.dim('·') }
    : { good: colors.green('+'), bad: colors.red('x'), asks: colors.yellow('!'), plain: colors.dim('-') };
  const startedAtMs = performance.now();
  const elapsed = () => `${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s`.padStart(7);
  return {
    tell(kind, text, details = {}) {
      const at = new Date().toISOString();
      if (options.json)
        options.write(
          `${JSON.stringify(Object.assign({ at, kind, text }, details, { at, kind, text }) satisfies DemoLine)}\n`,
        );
      else
        options.write(
          `${colors.dim(elapsed())} ${marks[TONES[kind] ?? 'plain']} ${colors.bold(kind.padEnd(KIND_COLUMN))} ${text}\n`,
        );
    },
    aside(text) {
      if (!options.json) options.write(`${colors.dim(`${elapsed()}   ${text}`)}\n`);
    },
  };
}
