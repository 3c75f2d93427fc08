import { DYNAMIC } from '../../risk/shell-words.ts';
import type { LintCommand, LintWord } from '../lint-script.ts';
import type { ToolTables } from './tool-table.ts';

/** How a tool reads its command line, beyond what its help says. */
type Habit = {
  /** Long options may be cut short as long as they stay unambiguous (getopt). */
  abbreviates?: boolean;
  /** Options end at the first word that is none, in these commands: the rest belongs to another program. */
  endsAtWord?: RegExp;
  /** `--no-x` stands beside every `--x`. */
  negates?: boolean;
  /** `-chdir=x`: long options with one dash. */
  oneDash?: boolean;
  /** Accepted although the help does not say so: hidden, older or newer than the table. `=` takes a value. */
  also?: string;
};

const HABITS: Readonly<Record<string, Habit>> = {
  kubectl: {
    endsAtWord: /^(?:exec|run|debug|plugin)$/,
    also: '--record --dry-run= --force --v= -v= --vmodule= --logtostderr --alsologtostderr --log-dir= --stderrthreshold= --insecure-skip-tls-verify --help -h --request-timeout= --match-server-version --log-flush-frequency= --warnings-as-errors --profile= --profile-output= --subresource= --kuberc=',
  },
  helm: {
    also: '--wait --wait-for-jobs --timeout= --force --force-conflicts --server-side --rollback-on-failure --take-ownership --dry-run= --plain-http --hide-notes --hide-secret',
  },
  docker: {
    endsAtWord: /^(?:run|exec|create|container run|container exec|container create)$/,
    also: '--help -h --pull= --platform= --output= --load --push --builder= --secret= --ssh= --progress= --cache-to= --cache-from= --no-trunc --link= --mount=',
  },
  etcdctl: {
    also: '--ca-file= --cert-file= --key-file= --mark-compacted --bump-revision= --revision-bump= --auth-jwt-token= --consistency= --cluster --write-out= -w= --user= --max-txn-ops=',
  },
  terraform: {
    oneDash: true,
    also: '-help -version -chdir= -target= -var= -var-file= -auto-approve -no-color -input= -lock= -lock-timeout= -parallelism= -refresh= -replace= -out= -state= -state-out= -backup= -json -concise -destroy -compact-warnings -force -get -verify-plugins= -check-variables= -get-plugins= -generate-config-out= -exclude= -migrate-state -query= -yes',
  },
  psql: { abbreviates: true, also: '--help=' },
  pg_dump: {
    abbreviates: true,
    also: '--statistics --no-statistics --statistics-only --filter= --large-objects --no-large-objects --exclude-extension= --table-and-children= --exclude-table-and-children= --exclude-table-data-and-children= --sync-method= --with-statistics --with-data --with-schema --no-data --no-schema --no-policies --restrict-key=',
  },
  pg_dumpall: {
    abbreviates: true,
    also: '--filter= --statistics --no-statistics --no-data --no-schema --sequence-data --restrict-key= --format= --file=',
  },
  pg_restore: {
    abbreviates: true,
    also: '--filter= --transaction-size= --statistics --no-statistics --statistics-only --no-data --no-schema --no-policies --restrict-key= --globals-only -g --exclude-database=',
  },
  pg_basebackup: { abbreviates: true, also: '--incremental= -i= --sync-method=' },
  'redis-cli': {
    endsAtWord: /^$/,
    also: '--no-auth-warning --tls --cluster= --cluster-yes --latency --latency-history --latency-dist --stat --intrinsic-latency= --pipe --rdb= --functions-rdb= --bigkeys --memkeys --keystats --hotkeys --scan --pattern= --count= --quoted-pattern= --eval= --ldb --verbose --csv --json --quoted-json --help --version -v --raw --no-raw --show-pushes= --quoted-input --lru-test= --replica --slave --sni= -4 -6 -t= --cluster-timeout= --memkeys-samples= --top= --cursor=',
  },
  curl: {
    abbreviates: true,
    negates: true,
    also: '--json= --variable= --expand-data= --ip-tos= --skip-existing --ech= --dump-ca-embed --vlan-priority= --keepalive-cnt= --mptcp --sigalgs= --out-null --parallel-max-host= --follow --expand-url= --ca-native --proxy-ca-native --haproxy-clientip= --ipfs-gateway= --trace-config= --upload-flags= -:',
  },
  systemctl: {
    abbreviates: true,
    also: '--now --no-pager --no-legend --no-ask-password --what= --drop-in= --when= --stdin --kill-whom= --kill-value= --message= --force -f -q --quiet --plain --value --wait --runtime --marked --mkdir --read-only --boot-loader-menu= --no-warn --no-reload -n= --lines= -o= --output=',
  },
  journalctl: {
    abbreviates: true,
    also: '-f --follow -n= --lines= -x --catalog -e --pager-end --no-pager -o= --output= -r --reverse -p= --priority= --vacuum-time= --vacuum-size= --vacuum-files= -k --dmesg -g= --grep= --case-sensitive= -u= --unit= -t= --identifier= --invocation= -I --list-invocations --no-hostname --utc -a --all -q --quiet -b= --boot= --disk-usage --rotate --flush --sync -N -F= --field= --truncate-newline -T= --exclude-identifier= --output-fields=',
  },
  gcloud: {
    abbreviates: true,
    negates: true,
    also: '-q --quiet -h --help --version -v --format= --project= --filter= --limit= --page-size= --sort-by= --uri --async --impersonate-service-account= --log-http --verbosity= --user-output-enabled --flatten= --trace-token= --billing-project= --account= --configuration= --flags-file= --zone= --region= --location=',
  },
  git: {
    abbreviates: true,
    negates: true,
    also: '-C= -c= --git-dir= --work-tree= --no-pager --help -h -m= --message= -a --amend --no-edit --sign -S -s --signoff --no-verify -n --date= --author= --allow-empty -F= -v --tags --force-with-lease -f --depth= --single-branch -b= --branch= -B= --sort= --contains= --merged --points-at= --format= -D -d -M -m -r -l --list --show-current --no-tags --filter= --shallow-since= --shallow-submodules --unshallow --no-single-branch --pathspec-from-file= --ipv4 --ipv6 -4 -6 --config= --origin= --bare --mirror --recurse-submodules= --jobs=',
  },
};

export type OptionProblem = {
  word: LintWord;
  kind: 'option' | 'command';
  name: string;
  command: string;
  known: readonly string[];
};

type Known = { options: Map<string, boolean>; path: string };

/** Options and commands of a call that the tool does not have. Nothing where the tool is not in the tables. */
export function unknownOptions(call: LintCommand, tables: ToolTables): OptionProblem[] {
  const table = Object.hasOwn(tables, call.name) ? tables[call.name] : undefined;
  if (table === undefined) return [];
  const habit = HABITS[call.name] ?? {};
  const names = Object.keys(table.commands).filter((name) => name !== '');
  const known = (path: string): Known => {
    const options = new Map<string, boolean>();
    const parents = path.split(' ').map((_, at, all) => all.slice(0, at).join(' '));
    for (const list of [
      table.global,
      habit.also ?? '',
      ...parents.map((each) => table.commands[each] ?? ''),
      table.commands[path] ?? '',
      table.commands[''] ?? '',
    ]) {
      for (const option of list.split(' '))
        if (option !== '') options.set(option.replace(/=$/, ''), option.endsWith('=') || options.get(option) === true);
    }
    return { options, path };
  };
  // Unreleased commands are not in the table.
  if (
    call.name === 'gcloud' &&
    /^(?:alpha|beta|preview)$/.test(call.args.find((arg) => !arg.value.startsWith('-'))?.value ?? '')
  )
    return [];
  let now = known('');
  const pending: { word: LintWord; name: string }[] = [];
  const problems: OptionProblem[] = [];
  let settled = names.length === 0;
  for (let at = 0; at < call.args.length; at++) {
    const word = call.args[at]!;
    if (word.value === '--') break;
    if (word.value.includes(DYNAMIC) && !/^--?[a-z][\w-]*=/.test(word.value)) {
      // A verb or option that is only known when it runs could be anything.
      if (!settled || word.value.startsWith(DYNAMIC)) settled ||= now.path === '' ? true : settled;
      if (now.path === '' && names.length > 0) return [];
      if (habit.endsAtWord?.test(now.path)) break;
      continue;
    }
    if (!word.value.startsWith('-') || word.value === '-') {
      const path = now.path === '' ? word.value : `${now.path} ${word.value}`;
      if (!settled && (Object.hasOwn(table.commands, path) || names.some((name) => name.startsWith(`${path} `)))) {
        now = known(path);
        continue;
      }
      if (!settled && now.path === '') {
        if (call.name === 'git') return [];
        return [{ word, kind: 'command', name: word.value, command: call.name, known: topLevel(names, '') }];
      }
      if (!settled && names.some((name) => name.startsWith(`${now.path} `))) {
        return [
          {
            word,
            kind: 'command',
            name: word.value,
            command: `${call.name} ${now.path}`,
            known: topLevel(names, now.path),
          },
        ];
      }
      settled = true;
      if (habit.endsAtWord?.test(now.path)) break;
      continue;
    }
    const read = readOption(word.value, now.options, habit);
    if (read === 'skip') continue;
    if (typeof read === 'string') {
      pending.push({ word, name: read });
      continue;
    }
    if (read.takesNext) at++;
  }
  if (!Object.hasOwn(table.commands, now.path)) return [];
  for (const { word, name } of pending) {
    // An option before the command may belong to the command.
    if (now.options.has(name)) continue;
    problems.push({
      word,
      kind: 'option',
      name,
      command: `${call.name} ${now.path}`.trim(),
      known: [...now.options.keys()],
    });
  }
  return problems;
}

/** What an option eats, or the name of one that is not known. */
function readOption(
  written: string,
  options: ReadonlyMap<string, boolean>,
  habit: Habit,
): { takesNext: boolean } | string {
  const name = written.split('=', 1)[0]!;
  const hasValue = written.includes('=');
  if (habit.oneDash || name.startsWith('--')) {
    const plain = habit.oneDash ? name.replace(/^--/, '-') : name;
    const found = options.has(plain)
      ? plain
      : habit.abbreviates
        ? [...options.keys()].find((option) => option.startsWith(plain))
        : undefined;
    if (found !== undefined) return { takesNext: !hasValue && !habit.oneDash && options.get(found) === true };
    const positive = plain.replace(/^--no-/, '--');
    return options.has(positive) && habit.negates ? { takesNext: false } : plain;
  }
  if (/^-\d+$/.test(name)) return { takesNext: false };
  for (let at = 1; at < written.length; at++) {
    const letter = `-${written[at]}`;
    if (!options.has(letter)) return at === 1 || !/[A-Za-z]/.test(written[at]!) ? (at === 1 ? letter : 'skip') : letter;
    if (options.get(letter)) return { takesNext: at === written.length - 1 };
    if (written[at + 1] === '=') return { takesNext: false };
  }
  return { takesNext: false };
}

const topLevel = (names: readonly string[], path: string): string[] => {
  const prefix = path === '' ? '' : `${path} `;
  return [
    ...new Set(names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length).split(' ')[0]!)),
  ];
};
