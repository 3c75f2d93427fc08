/**
 * Commands that never end by themselves, and the bounded form of each. Tried in order on the words of a command, its
 * name first (`sudo`, `time` and `… --` before it are skipped).
 */
export type EndlessCommand = {
  names: readonly string[];
  /** The words after the name that are not options must begin like this. */
  verb?: RegExp;
  /** At least one of these must be there; with `drop` they are taken out. */
  flags?: RegExp;
  /** None of these may be there. */
  unless?: RegExp;
  bound: 'drop-flags' | 'append' | 'replace' | 'unwrap' | 'time-box' | 'door';
  /** What is appended, or what the command is replaced by. */
  text?: string;
  why: string;
  examples: readonly string[];
};

export const ENDLESS_COMMANDS: readonly EndlessCommand[] = [
  {
    names: ['watch'],
    bound: 'unwrap',
    why: 'watch repeats until somebody stops it; the command is run once instead',
    examples: ["watch -n 5 'kubectl get pods'"],
  },
  {
    names: ['kubectl', 'oc', 'docker', 'podman', 'docker-compose', 'crictl', 'nerdctl'],
    verb: /^(?:compose )?(?:container )?logs\b/,
    flags: /^(?:-f|--follow(?:=true)?|-tf|-ft)$/,
    bound: 'drop-flags',
    why: 'following logs never ends; what is there is shown instead',
    examples: ['kubectl logs -f deployment/x', 'docker-compose logs --tail=100 -f app'],
  },
  {
    names: ['kubectl', 'oc'],
    verb: /^get\b/,
    flags: /^(?:-w|--watch(?:=true)?|--watch-only(?:=true)?)$/,
    bound: 'drop-flags',
    why: 'watching never ends; the state of the moment is shown instead',
    examples: ['kubectl get pods -w', 'kubectl get hpa x --watch'],
  },
  {
    names: ['kubectl', 'oc'],
    verb: /^(?:port-forward|proxy)\b/,
    bound: 'door',
    why: 'the door stays open until it is closed; it is closed again when the step ends',
    examples: ['kubectl port-forward service/x 8080:80'],
  },
  {
    names: ['kubectl', 'oc'],
    verb: /^(?:attach)\b/,
    bound: 'time-box',
    why: 'attaching lasts until somebody detaches',
    examples: ['kubectl attach x'],
  },
  {
    names: ['kubectl', 'oc'],
    verb: /^(?:events)\b/,
    flags: /^(?:-w|--watch)$/,
    bound: 'drop-flags',
    why: 'watching never ends; the events so far are shown instead',
    examples: ['kubectl events -w'],
  },
  {
    names: ['tail', 'gtail'],
    flags: /^(?:-[0-9]*[A-Za-z]*[fF][A-Za-z0-9]*|--follow(?:=\w+)?)$/,
    bound: 'drop-flags',
    why: 'tail -f never ends; what is there is shown instead',
    examples: ['tail -f /var/log/x', 'tail -100f x', 'tail -F x'],
  },
  {
    names: ['journalctl'],
    flags: /^(?:-[A-Za-z]*f[A-Za-z]*|--follow)$/,
    bound: 'drop-flags',
    text: ' -n 200 --no-pager',
    why: 'following the journal never ends; its last lines are shown instead',
    examples: ['journalctl -fu x', 'journalctl -u x -f'],
  },
  {
    names: ['dmesg'],
    flags: /^(?:-w|-W|--follow|-[A-Za-z]*w)$/,
    bound: 'drop-flags',
    why: 'following never ends; what is there is shown instead',
    examples: ['dmesg -w'],
  },
  {
    names: ['docker', 'podman', 'docker-compose', 'nerdctl'],
    verb: /^(?:compose |container )?stats\b/,
    unless: /^--no-stream/,
    bound: 'append',
    text: ' --no-stream',
    why: 'the live display never ends; one reading is taken instead',
    examples: ['docker stats'],
  },
  {
    names: ['docker', 'podman', 'docker-compose'],
    verb: /^(?:compose |system )?events\b/,
    bound: 'time-box',
    why: 'events never end',
    examples: ['docker events'],
  },
  {
    names: ['docker-compose'],
    verb: /^up\b/,
    unless: /^(?:-d|--detach|--no-start|--wait|--abort-on-container-exit)$/,
    bound: 'append',
    text: ' -d',
    why: 'in the foreground it never ends; it is started in the background',
    examples: ['docker-compose up'],
  },
  {
    names: ['top'],
    unless: /^-[A-Za-z]*b|^-n/,
    bound: 'replace',
    text: 'top -b -n 1',
    why: 'the live display never ends; one reading is taken instead',
    examples: ['top'],
  },
  {
    names: ['top'],
    flags: /^-[A-Za-z]*b/,
    unless: /^-[A-Za-z]*n/,
    bound: 'append',
    text: ' -n 1',
    why: 'the live display never ends; one reading is taken instead',
    examples: ['top -b'],
  },
  {
    names: ['htop', 'atop', 'glances', 'btop'],
    bound: 'replace',
    text: 'top -b -n 1',
    why: 'the live display never ends; one reading is taken instead',
    examples: ['htop'],
  },
  {
    names: ['iostat', 'vmstat', 'mpstat', 'pidstat', 'sar'],
    verb: /^(?:[A-Za-z]\S* )*\d+$/,
    bound: 'append',
    text: ' 5',
    why: 'it reports until somebody stops it; five reports are taken',
    examples: ['iostat -x 1', 'vmstat 1'],
  },
  {
    names: ['ping', 'ping6'],
    unless: /^-c/,
    bound: 'append',
    text: ' -c 4',
    why: 'ping never ends; four answers are awaited',
    examples: ['ping x'],
  },
  {
    names: ['redis-cli'],
    verb: /(?:^| )(?:MONITOR|SUBSCRIBE|PSUBSCRIBE)\b/i,
    bound: 'time-box',
    why: 'it shows commands until somebody stops it',
    examples: ['redis-cli MONITOR', 'redis-cli -h r monitor'],
  },
  {
    names: ['redis-cli'],
    flags: /^--(?:stat|latency|latency-history|latency-dist)$/,
    bound: 'time-box',
    why: 'it samples until somebody stops it',
    examples: ['redis-cli --latency'],
  },
  {
    names: ['etcdctl'],
    verb: /^(?:watch|elect|lock|make-mirror)\b/,
    bound: 'time-box',
    why: 'it waits until somebody stops it',
    examples: ['etcdctl watch x'],
  },
  {
    names: ['tcpdump', 'tshark', 'ngrep'],
    unless: /^-c/,
    bound: 'time-box',
    why: 'it captures until somebody stops it',
    examples: ['tcpdump -i eth0'],
  },
  {
    names: ['strace', 'ltrace', 'iotop', 'iftop', 'nload', 'stern', 'dstat', 'slabtop', 'mtr', 'perf', 'yes'],
    unless: /^(?:--no-follow|-c|-r|--report|-b|stat|report)$/,
    bound: 'time-box',
    why: 'it runs until somebody stops it',
    examples: ['stern app', 'iftop'],
  },
  {
    names: ['etcd', 'redis-server', 'postgres', 'mongod', 'mysqld'],
    bound: 'time-box',
    why: 'a server runs until it is stopped; start it as a service instead',
    examples: ['etcd --data-dir=/d'],
  },
  {
    names: ['go'],
    verb: /^tool pprof\b/,
    flags: /^-http/,
    bound: 'time-box',
    why: 'it serves pages until somebody stops it',
    examples: ['go tool pprof -http=:8081 heap.prof'],
  },
  {
    names: ['go'],
    verb: /^tool pprof\b/,
    unless: /^-(?:top|text|svg|png|pdf|raw|proto|list|tree|peek|traces|dot|gif|http|output)/,
    bound: 'replace',
    text: 'go tool pprof -top',
    why: 'pprof waits for commands; its top list is printed instead',
    examples: ['go tool pprof heap.prof'],
  },
  {
    names: ['logcli'],
    flags: /^(?:--tail|-t)$/,
    bound: 'drop-flags',
    why: 'following never ends',
    examples: ['logcli query --tail x'],
  },
  {
    names: ['sleep'],
    verb: /^(?:infinity|inf)$/,
    bound: 'time-box',
    why: 'it never ends',
    examples: ['sleep infinity'],
  },
];
