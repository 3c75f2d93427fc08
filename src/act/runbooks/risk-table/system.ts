import { type RiskTool, tool, words } from './rule.ts';

/** Services, processes and the network of the machine the step runs on. */
export const SYSTEM_TOOLS: readonly RiskTool[] = [
  {
    names: ['systemctl'],
    valueOptions: words('-H --host -M --machine -t --type -p --property -n --lines -o --output --state -s --signal'),
    bareOptions: words('--user --system --no-pager -l --full -q --quiet --now --failed -a --all -f --force --no-block'),
    rules: [
      {
        sub: 'is-active|is-enabled|is-failed|is-system-running',
        risk: 'check',
        reason: 'asks about a service',
        examples: ['systemctl is-active x'],
      },
      {
        sub: 'status|show|cat|list-*|get-default|help',
        risk: 'read',
        reason: 'systemctl looks',
        examples: ['systemctl status x', 'systemctl list-units'],
      },
      { sub: '-', risk: 'read', reason: 'systemctl looks', examples: ['systemctl --failed'] },
      {
        sub: 'stop|disable|mask|kill|isolate|poweroff|reboot|halt|suspend|hibernate|rescue|emergency|revert|clean|kexec',
        risk: 'destroy',
        reason: 'systemctl takes a service or the machine down',
        examples: ['systemctl stop x', 'systemctl --user disable --now x', 'systemctl reboot'],
      },
      {
        sub: 'start|restart|reload|reload-or-restart|try-restart|enable|unmask|daemon-reload|daemon-reexec|reset-failed|edit|set-property|set-default|link|reenable|preset|import-environment|set-environment',
        risk: 'change',
        reason: 'systemctl starts, restarts or configures a service',
        examples: ['systemctl restart x', 'systemctl daemon-reload'],
      },
    ],
  },
  {
    names: ['service'],
    rules: [
      { sub: '* status', risk: 'read', reason: 'asks about a service', examples: ['service x status'] },
      { sub: '* stop', risk: 'destroy', reason: 'stops a service', examples: ['service x stop'] },
      {
        sub: '* start|restart|reload|force-reload|condrestart',
        risk: 'change',
        reason: 'starts or restarts a service',
        examples: ['service x restart'],
      },
      { flags: ['--status-all'], risk: 'read', reason: 'lists services', examples: ['service --status-all'] },
    ],
  },
  {
    names: ['journalctl'],
    rules: [
      {
        args: /--vacuum-|--rotate|--flush/,
        risk: 'destroy',
        reason: 'journalctl throws logs away',
        examples: ['journalctl --vacuum-time=1d'],
      },
      { risk: 'read', reason: 'journalctl shows logs', examples: ['journalctl -u x -n 100'] },
    ],
  },
  {
    names: words(
      'ps top htop btop atop pgrep pidof pstree free uptime vmstat iostat mpstat sar pidstat iotop nproc lscpu lsmod uname arch who w whoami id groups last lastb users slabtop dstat pmap sensors lspci lsusb locale tty glances nmon procs lsns lslogins lslocks lsipc ipcs modinfo getconf hostid runlevel lsb_release neofetch sw_vers acpi aa-status getenforce sestatus ausearch aureport systemd-analyze systemd-cgtop systemd-cgls systemd-path systemd-detect-virt coredumpctl bootctl busctl mcelog numastat turbostat cpuid schedtool getcap ldd smem ps_mem tload zramctl rdmsr',
    ),
    rules: [
      {
        risk: 'read',
        reason: 'observes the machine',
        examples: ['ps aux', 'free -m', 'iostat -x 1', 'uptime'],
      },
    ],
  },
  {
    names: ['nvidia-smi'],
    rules: [
      {
        args: /reset|(?:^|\s)(?:-pm|-pl|-ac|-rac|-c|-e|-mig|-lgc|-am)\b/,
        risk: 'change',
        reason: 'changes the graphics card',
        examples: ['nvidia-smi -pm 1'],
      },
      { risk: 'read', reason: 'shows the graphics card', examples: ['nvidia-smi -q'] },
    ],
  },
  {
    names: ['hostname', 'hostnamectl', 'timedatectl', 'localectl', 'loginctl'],
    rules: [
      { sub: '-', risk: 'read', reason: 'says what the machine is called', examples: ['hostname -f'] },
      { sub: 'status|show|list-*', risk: 'read', reason: 'looks', examples: ['timedatectl status'] },
      {
        sub: 'set-time|set-ntp|terminate-session|kill-session|terminate-user|kill-user',
        risk: 'destroy',
        reason: 'sets the clock, or ends sessions',
        examples: ['timedatectl set-time 10:00', 'loginctl terminate-user u'],
      },
      { risk: 'change', reason: "changes the machine's identity", examples: ['hostname x'] },
    ],
  },
  {
    names: ['dmesg'],
    rules: [
      {
        flags: ['-C', '-c', '--clear', '--read-clear'],
        risk: 'destroy',
        reason: 'dmesg -C throws kernel messages away',
        examples: ['dmesg -C'],
      },
      { risk: 'read', reason: 'shows kernel messages', examples: ['dmesg -T'] },
    ],
  },
  {
    names: ['sysctl'],
    rules: [
      {
        flags: ['-w', '-p', '--system', '--load'],
        risk: 'change',
        reason: 'sysctl changes the kernel',
        examples: ['sysctl -w a=1'],
      },
      { args: /\S=\S/, risk: 'change', reason: 'sysctl changes the kernel', examples: ['sysctl a=1'] },
      { risk: 'read', reason: 'shows kernel settings', examples: ['sysctl -a'] },
    ],
  },
  {
    names: ['ip'],
    bareOptions: words('-4 -6 -s -o -br -c -j'),
    rules: [
      {
        sub: '* del|delete|flush|down',
        risk: 'destroy',
        reason: 'ip removes addresses or routes',
        examples: ['ip route del default'],
      },
      {
        sub: 'link set',
        risk: 'destroy',
        reason: 'ip link set can cut the machine off',
        examples: ['ip link set eth0 down'],
      },
      {
        args: /\b(?:blackhole|unreachable|prohibit)\b/,
        sub: 'route|rule|r add|replace|change',
        risk: 'destroy',
        reason: 'keeps traffic out',
        examples: ['ip route add blackhole 10.0.0.0/8'],
      },
      {
        sub: '* add|replace|change|set|append',
        risk: 'change',
        reason: 'ip changes addresses or routes',
        examples: ['ip addr add x dev y'],
      },
      {
        sub: 'netns exec',
        risk: 'read',
        reason: 'runs a command in another network',
        examples: [],
      },
      {
        flags: ['-batch', '-b', '-force'],
        risk: 'opaque',
        reason: 'runs a file of commands',
        examples: ['ip -batch f'],
      },
      {
        sub: '* show|list|ls|get|monitor|save|help',
        risk: 'read',
        reason: 'shows addresses and routes',
        examples: ['ip route show', 'ip route get 1.1.1.1'],
      },
      {
        sub: '*',
        args: /^(?:-\S+\s+)*\w+$/,
        risk: 'read',
        reason: 'shows addresses and routes',
        examples: ['ip addr', 'ip -br a'],
      },
    ],
  },
  tool('dscacheutil', {}, [
    ['change', '-flushcache', 'forgets names it looked up', 'dscacheutil -flushcache'],
    ['read', '', 'shows names it looked up', 'dscacheutil -statistics'],
  ]),
  tool('shutdown reboot halt poweroff init telinit', {}, [
    ['change', '-c', 'calls a shutdown off', 'shutdown -c'],
    ['destroy', '', 'takes the machine down', 'reboot', 'shutdown -h now'],
  ]),
  tool('userdel groupdel deluser delgroup passwd chpasswd', { bundled: true }, [
    ['read', '-S|--status', 'shows an account', 'passwd -S u'],
    ['destroy', '', 'takes a user or a password away', 'userdel x', 'passwd x', 'passwd -l u'],
  ]),
  tool('usermod gpasswd chage groupmod chsh chfn', { bundled: true }, [
    ['read', '-l=|--list', 'shows an account'],
    [
      'destroy',
      '-L|--lock|-d|--delete|-r|-e|--expiredate|-R|-E',
      'takes access away',
      'usermod -L u',
      'gpasswd -d u g',
      'chage -E 0 u',
    ],
    { sub: '*', args: /^(?:-l|--list)\s/, risk: 'read', reason: 'shows an account', examples: ['chage -l u'] },
    {
      args: /(?:^|\s)-G\s/,
      risk: 'destroy',
      reason: 'usermod -G without -a takes the user out of the other groups',
      examples: ['usermod -G g u'],
    },
    ['change', '', 'changes an account', 'usermod -aG g u', 'gpasswd -a u g'],
  ]),
  tool('faillock pam_tally2 fail2ban-client cscli faillog lastlog', { values: '--user -u', verbDepth: 3 }, [
    [
      'change',
      '--reset|-r|unban / * unbanip|reload|start|restart|set / * * unbanip / decisions delete',
      'lets somebody in again',
      'faillock --user u --reset',
      'fail2ban-client set sshd unbanip 10.0.0.1',
      'cscli decisions delete --ip 10.0.0.1',
    ],
    [
      'destroy',
      '@banip|stop|delete|ban / decisions add',
      'keeps somebody out',
      'fail2ban-client set sshd banip 10.0.0.1',
      'fail2ban-client stop',
    ],
    ['read', '', 'shows who is kept out', 'faillock --user u', 'fail2ban-client status sshd', 'cscli alerts list'],
  ]),
  tool('logrotate', { bundled: true }, [
    ['read', '-d|--debug|--version', 'only says what it would do', 'logrotate -d /etc/logrotate.conf'],
    ['change', '', 'moves logs out of the way', 'logrotate -f /etc/logrotate.conf'],
  ]),
  tool('chronyc', { bare: '-n -a', verbDepth: 1 }, [
    ['destroy', 'offline|shutdown|delete', 'stops keeping the time', 'chronyc offline'],
    [
      'read',
      'tracking|sources|sourcestats|activity|ntpdata|clients|serverstats|selectdata|authdata|rtcdata|manual|ntp*',
      'asks about the time',
      'chronyc tracking',
      'chronyc -n sources -v',
    ],
    ['check', 'waitsync', 'waits for the time'],
    ['change', '', 'changes how the time is kept', 'chronyc makestep'],
  ]),
  tool('auditctl hwclock ntpdate augenrules tuned-adm cpupower aa-enforce aa-complain apparmor_parser', {}, [
    [
      'read',
      '-l|-s|-q|--show|-r / list|active|verify|recommend|frequency-info|idle-info|info / --check',
      'looks',
      'auditctl -l',
      'hwclock --show',
      'tuned-adm active',
    ],
    ['destroy', '-D|-R|--remove / off', 'takes rules away', 'auditctl -D'],
    ['change', '', 'changes the machine', 'auditctl -w /etc', 'tuned-adm profile x'],
  ]),
  tool('rmmod', {}, [['destroy', '', 'takes a module out of the kernel', 'rmmod x']]),
  tool(
    'useradd adduser groupadd addgroup logger wall modprobe insmod setenforce newaliases systemd-tmpfiles systemd-sysusers mesg sync renice setcap locale-gen dpkg-divert ntpd',
    {},
    [['change', '', 'changes the machine or tells somebody', 'useradd x', 'logger x', 'modprobe x']],
  ),
  tool('at batch', {}, [
    ['destroy', '-r|-d', 'removes a scheduled job', 'at -d 3'],
    ['read', '-l|-c', 'shows scheduled jobs', 'at -l'],
  ]),
  tool('atq atrm', {}, [
    ['destroy', '*', 'removes a scheduled job', 'atrm 3'],
    ['read', '-', 'lists scheduled jobs', 'atq'],
  ]),
  {
    names: ['crontab'],
    rules: [
      { flags: ['-l'], risk: 'read', reason: 'lists scheduled jobs', examples: ['crontab -l'] },
      { flags: ['-r'], risk: 'destroy', reason: 'removes every scheduled job', examples: ['crontab -r'] },
      { risk: 'change', reason: 'changes scheduled jobs', examples: ['crontab -e'] },
    ],
  },
];
