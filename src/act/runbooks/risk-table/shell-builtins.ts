import type { RiskTool } from './rule.ts';

const builtin = (
  names: string,
  risk: 'read' | 'check' | 'change' | 'destroy' | 'opaque',
  reason: string,
  example: string,
): RiskTool => ({
  names: names.split(' '),
  rules: [{ risk, reason, examples: [example] }],
});

/** What bash does itself. A step's shell ends with the step, so what only changes that shell is harmless. */
export const SHELL_BUILTINS: readonly RiskTool[] = [
  builtin(': true false echo printf', 'read', 'prints or does nothing', 'echo "$X"'),
  builtin('cd pushd popd pwd dirs umask', 'read', 'moves about in its own shell', 'cd /tmp'),
  builtin(
    'set shopt export unset local declare readonly typeset let shift return getopts hash read mapfile readarray wait break continue exit times unalias',
    'read',
    'changes its own shell only',
    'set -euo pipefail',
  ),
  builtin('test [ [[', 'check', 'tests a condition', 'test -f /etc/hosts'),
  builtin('type which whereis whatis man help', 'read', 'tells about commands', 'which kubectl'),
  builtin('sleep', 'read', 'waits', 'sleep 5'),
  builtin('ulimit', 'read', 'limits its own shell only', 'ulimit -n'),
  builtin('alias', 'opaque', 'gives a command another meaning', "alias ls='rm -rf'"),
  builtin('source .', 'opaque', 'runs a file of commands nobody here has read', 'source ./env.sh'),
  builtin('jobs fg bg disown', 'read', 'manages its own jobs', 'jobs'),
  {
    names: ['kill', 'pkill', 'killall', 'skill'],
    rules: [
      {
        flags: ['-0', '-l', '-L'],
        risk: 'check',
        reason: 'asks whether a process is there',
        examples: ['kill -0 123', 'kill -l'],
      },
      {
        flags: ['-HUP', '-USR1', '-USR2', '-SIGHUP', '-SIGUSR1', '-1'],
        risk: 'change',
        reason: 'signals a process to reload',
        examples: ['kill -HUP 123', 'kill -USR1 $(cat x.pid)'],
      },
      {
        risk: 'destroy',
        reason: 'ends a process',
        examples: ['kill -9 123', 'kill 123', 'pkill -f java', 'killall nginx'],
      },
    ],
  },
];
