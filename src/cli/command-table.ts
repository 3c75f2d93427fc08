import type { Command } from 'commander';
import type { CliContext } from './cli-context.ts';

/** What a command's module exports: adds its arguments, options, examples and action to its node of the program. */
export type CommandModule = { defineCommand(command: Command, context: CliContext): void };

type Entry = {
  name: string;
  group: string;
  summary: string;
  /** Ends in its own time after Ctrl-C; every other command ends at once. */
  handlesSignals?: true;
  /** What stands behind its name is its own: it has options of the same names as those of every command. */
  positionalOptions?: true;
  load(): Promise<CommandModule>;
};

const RESPOND = 'Respond:';
const ACT = 'Act:';
const OBSERVE = 'Detect and observe:';
const ADMINISTER = 'Administer:';
const OPERATE = 'Operate Holdfast itself:';

/** Every command, loaded only when it is the one that runs: starting quickly matters in scripts and at 3 am. */
export const COMMANDS: readonly Entry[] = [
  {
    name: 'incident',
    group: RESPOND,
    summary: 'What is being handled: list, take, steer, note',
    load: () => import('./commands/incident.ts'),
  },
  {
    name: 'approval',
    group: RESPOND,
    summary: 'Steps that wait for a yes: look at exactly what, decide',
    load: () => import('./commands/approval.ts'),
  },
  {
    name: 'oncall',
    group: RESPOND,
    summary: 'Who is on call and why; schedules, overrides, escalation',
    load: () => import('./commands/oncall.ts'),
  },
  {
    name: 'page',
    group: RESPOND,
    summary: 'Try whether somebody can be reached',
    load: () => import('./commands/page.ts'),
  },
  {
    name: 'status',
    group: RESPOND,
    summary: 'What the public is told: components, incidents, maintenances',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'runbook',
    group: ACT,
    summary: 'Read, plan and run Markdown runbooks',
    load: () => import('./commands/runbook.ts'),
  },
  {
    name: 'run',
    group: ACT,
    summary: 'Runs: follow, answer, pause, settle, undo',
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'finding',
    group: OBSERVE,
    summary: 'Everything that strayed: list, mute, accept',
    load: () => import('./commands/finding.ts'),
  },
  {
    name: 'alert',
    group: OBSERVE,
    summary: 'What fires: list, send, silence',
    load: () => import('./commands/alert.ts'),
  },
  {
    name: 'rules',
    group: OBSERVE,
    summary: 'Rules over metrics: check files, see what they say',
    load: () => import('./commands/rules.ts'),
  },
  {
    name: 'probe',
    group: OBSERVE,
    summary: 'Checks Holdfast makes: list, look now',
    load: () => import('./commands/probe.ts'),
  },
  {
    name: 'key',
    group: ADMINISTER,
    summary: 'API keys of programs',
    load: () => import('./commands/key.ts'),
  },
  {
    name: 'user',
    group: ADMINISTER,
    summary: 'People, their roles and sign-in links',
    load: () => import('./commands/user.ts'),
  },
  {
    name: 'audit',
    group: ADMINISTER,
    summary: 'The record of who did what, and its proof',
    load: () => import('./commands/audit.ts'),
  },
  {
    name: 'scan',
    group: OBSERVE,
    summary: 'Find what is strange in a file of log lines, and say why',
    handlesSignals: true,
    load: () => import('./commands/scan.ts'),
  },
  {
    name: 'stream',
    group: OBSERVE,
    summary: 'Streams of telemetry: list, set, pause',
    load: () => import('./commands/stream.ts'),
  },
  {
    name: 'anomaly',
    group: OBSERVE,
    summary: 'What is unlike a stream’s past: list, judge, prove',
    load: () => import('./commands/anomaly.ts'),
  },
  {
    name: 'serve',
    group: OPERATE,
    summary: 'Start the server',
    handlesSignals: true,
    load: () => import('./commands/serve.ts'),
  },
  {
    name: 'alertmanager',
    group: OPERATE,
    summary: 'Stand in for the Alertmanager binary: its flags, file and API',
    handlesSignals: true,
    positionalOptions: true,
    load: () => import('./commands/alertmanager.ts'),
  },
  {
    name: 'doctor',
    group: OPERATE,
    summary: 'Check everything Holdfast depends on, and say what to do',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'config',
    group: OPERATE,
    summary: 'Where each setting comes from',
    load: () => import('./commands/config.ts'),
  },
  {
    name: 'validate-config',
    group: OPERATE,
    summary: 'List everything wrong with the configuration',
    load: () => import('./commands/validate-config.ts'),
  },
  {
    name: 'migrate',
    group: OPERATE,
    summary: 'Bring the database schema up to date, or show where it is',
    load: () => import('./commands/migrate.ts'),
  },
  {
    name: 'backup',
    group: OPERATE,
    summary: 'Save the whole database into one file, verify it, restore it',
    load: () => import('./commands/backup.ts'),
  },
  {
    name: 'demo',
    group: OPERATE,
    summary: 'Watch a service break, be noticed, repaired and verified',
    handlesSignals: true,
    load: () => import('./commands/demo.ts'),
  },
];
