import { type RiskTool, tool } from './rule.ts';

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
    'set history fc bind compgen complete compopt enable shopt export unset local declare readonly typeset let shift return getopts hash read mapfile readarray wait break continue exit times unalias',
    'read',
    'changes its own shell only',
    'set -euo pipefail',
  ),
  builtin('test [ [[', 'check', 'tests a condition', 'test -f /etc/hosts'),
  builtin('type which whereis whatis man help', 'read', 'tells about commands', 'which kubectl'),
  builtin('sleep', 'read', 'waits', 'sleep 5'),
  builtin('ulimit', 'read', 'limits its own shell only', 'ulimit -n'),
  {
    names: ['source', '.'],
    rules: [
      {
        args: /(?:^|\/)(?:activate|\.?(?:bashrc|bash_profile|profile|zshrc|bash_completion)|\.env(?:\.[\w-]+)?|[\w-]+\.env|[\w-]*openrc(?:\.sh)?|nvm\.sh|cargo\/env|completion[\w.-]*)$/,
        risk: 'read',
        reason: 'sets variables of its own shell, by its name',
        examples: ['source ~/.bashrc', 'source venv/bin/activate', '. ./.env', 'source admin-openrc.sh'],
      },
      { risk: 'opaque', reason: 'runs a file of commands nobody here has read', examples: ['source ./env.sh'] },
    ],
  },
  builtin('jobs fg bg disown', 'read', 'manages its own jobs', 'jobs'),
  tool('kill pkill killall skill', { values: '-s --signal -u -U -g -G -t -x' }, [
    ['check', '-0|-l|-L', 'asks whether a process is there', 'kill -0 123', 'kill -l'],
    {
      args: /(?:^|\s)-(?:s\s*|-signal[= ])?(?:SIG)?(?:HUP|USR1|USR2|QUIT|CONT|WINCH|TTIN|TTOU|1|3|10|12|18)(?:\s|$)/,
      risk: 'change',
      reason: 'signals a process to reload or to say what it does',
      examples: [
        'kill -HUP 123',
        'kill -USR1 $(cat x.pid)',
        'kill -3 123',
        'kill -s HUP 123',
        'pkill --signal HUP nginx',
      ],
    },
    ['destroy', '', 'ends or freezes a process', 'kill -9 123', 'kill 123', 'pkill -f java', 'killall nginx'],
  ]),
];
