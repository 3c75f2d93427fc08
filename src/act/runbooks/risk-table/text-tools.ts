import { type RiskTool, tool, words } from './rule.ts';

/** Tools that turn text into text. Those that can also run or write something say when. */
export const TEXT_TOOLS: readonly RiskTool[] = [
  {
    names: ['open', 'xdg-open', 'wslview', 'sensible-browser'],
    rules: [
      {
        args: /^(?:-\w+ )*https?:\/\/\S+$/,
        risk: 'read',
        reason: 'opens a page in the browser',
        examples: ['open https://status.example.com'],
      },
    ],
  },
  {
    names: ['grep', 'egrep', 'fgrep', 'zgrep', 'rg', 'ag'],
    rules: [
      {
        flags: ['-q', '--quiet', '--silent'],
        risk: 'check',
        reason: 'tells whether a text is there',
        examples: ['grep -q ready log'],
      },
      {
        flags: ['--pre'],
        risk: 'opaque',
        reason: 'rg --pre runs a program on each file',
        examples: ['rg --pre ./x foo'],
      },
      { risk: 'read', reason: 'searches text', examples: ['grep -v "No rollout" f', 'zgrep ERROR f.gz'] },
    ],
    bundled: true,
  },
  {
    names: words(
      'cat tac head tail less more zcat zless bzcat xzcat nl rev cut tr paste join comm wc fold fmt column expand unexpand od xxd hexdump strings seq basename dirname realpath readlink cal bc expr numfmt factor shuf iconv jo yes figlet tput diffstat cmp sum base64 base32 envsubst ts ccze xmllint tsort csvcut csvlook mlr gron fx htmlq printenv jless bat batcat cowsay lolcat fzf ansi2txt ccat hexyl pv look tldr cheat banner lnav multitail goaccess angle-grinder agrind lz4cat zstdcat gzcat pbcopy pbpaste xclip xsel jc dasel yajl datamash csvgrep csvsort csvstat q-text textql logname uuidgen pwgen mkpasswd apg urlencode xpath',
    ),
    rules: [
      {
        flags: ['-o', '--output'],
        risk: 'change',
        reason: 'writes its output to a file',
        examples: ['shuf -o out in', 'iconv -o out in'],
      },
      {
        risk: 'read',
        reason: 'prints or transforms text',
        examples: ['cat /etc/hosts', 'head -50', 'wc -l', 'seq 3'],
      },
    ],
  },
  {
    names: ['date'],
    valueOptions: ['-d', '--date', '-r', '--reference', '-f', '--file'],
    rules: [
      {
        flags: ['-s', '--set'],
        risk: 'destroy',
        reason: 'date -s sets the clock of the machine',
        examples: ['date -s 12:00'],
      },
      {
        args: /(?:^|\s)\d{8,}(?:\.\d+)?$/,
        risk: 'destroy',
        reason: 'sets the clock of the machine',
        examples: ['date 010112002026'],
      },
      { risk: 'read', reason: 'tells the time', examples: ['date +%s', "date -u -d '30 minutes ago' +%F", 'date'] },
    ],
  },
  tool('md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum shasum', { bundled: true }, [
    ['check', '-c|--check', 'compares checksums', 'sha256sum -c sums.txt'],
    ['read', '', 'computes a checksum', 'sha256sum f'],
  ]),
  {
    names: ['diff', 'sdiff', 'colordiff', 'icdiff', 'delta', 'dyff', 'vimdiff'],
    rules: [{ risk: 'check', reason: 'compares', examples: ['diff a b'] }],
  },
  {
    names: ['sort', 'uniq'],
    rules: [
      {
        flags: ['-o', '--output', '--compress-program'],
        risk: 'change',
        reason: 'sort -o writes a file',
        examples: ['sort -o out in'],
      },
      { risk: 'read', reason: 'sorts or counts lines', examples: ['sort -rn', 'uniq -c'] },
    ],
    bundled: true,
  },
  {
    names: ['split', 'csplit'],
    rules: [{ risk: 'change', reason: 'writes files', examples: ['split -b 10M big'] }],
  },
  {
    names: ['sed', 'gsed'],
    bundled: true,
    rules: [
      {
        args: /(?:^|\s|[;{}])(?:[0-9$,/!]*\s*)[we]\s+\S|\/[gpIiMm0-9]*[we](?:\s|$|;)/,
        risk: 'opaque',
        reason: 'a sed w or e command writes files or runs programs',
        examples: ["sed -n 's/a/b/w out' f"],
      },
      {
        flags: ['-i', '--in-place'],
        risk: 'change',
        reason: 'sed -i rewrites the file in place',
        examples: ["sed -i 's/a/b/' f", "sed -i.bak 's/a/b/' f"],
      },
      {
        flags: ['-f', '--file'],
        risk: 'opaque',
        reason: 'sed runs a script nobody here has read',
        examples: ['sed -f x.sed in'],
      },
      {
        args: /^-[nEr]*i/,
        risk: 'change',
        reason: 'sed -i rewrites the file in place',
        examples: ["sed -i.orig 's/a/b/' f"],
      },
      { risk: 'read', reason: 'edits a stream', examples: ["sed 's/a/b/' f", "sed -n '1,5p' f"] },
    ],
  },
  {
    names: ['awk', 'gawk', 'mawk', 'nawk'],
    rules: [
      {
        args: /system\s*\(|\|\s*getline|\|&|print[^}]*\|\s*["a-z]|\bclose\s*\(/,
        risk: 'opaque',
        reason: 'the awk program runs other programs',
        examples: ['awk \'{system("rm " $1)}\' f', 'awk \'{print $1 | "sh"}\' f'],
      },
      {
        args: /print[^}]*>\s*["a-z$]/,
        risk: 'change',
        reason: 'the awk program writes files',
        examples: ['awk \'{print > "out"}\' f'],
      },
      {
        flags: ['-i', '-f'],
        risk: 'opaque',
        reason: 'awk runs a program nobody here has read',
        examples: ['awk -f x.awk in'],
      },
      {
        risk: 'read',
        reason: 'awk prints parts of its input',
        examples: ["awk '{print $1}' f", "awk '$5 > 80 {print $1}' f"],
      },
    ],
  },
  {
    names: ['jq', 'yq', 'xq'],
    bundled: true,
    rules: [
      {
        flags: ['-i', '--inplace', '--in-place'],
        risk: 'change',
        reason: 'yq -i rewrites the file in place',
        examples: ["yq -i '.a = 1' f.yaml"],
      },
      {
        flags: ['-e', '--exit-status'],
        risk: 'check',
        reason: 'tells by its exit code whether a value is there',
        examples: ["jq -e '.ready' f"],
      },
      { risk: 'read', reason: 'picks from JSON or YAML', examples: ["jq '.'", "jq -r '.items[].name'"] },
    ],
  },
];
