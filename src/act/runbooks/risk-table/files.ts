import { type RiskTool, tool, words } from './rule.ts';

/** Files and folders of the machine the step runs on. */
export const FILE_TOOLS: readonly RiskTool[] = [
  {
    names: words(
      'ls ll la tree stat file du df lsof lsblk blkid findmnt locate getfacl lsattr namei ncdu duf dust exa eza inotifywait pwdx updatedb mountpoint',
    ),
    bundled: true,
    rules: [{ risk: 'read', reason: 'looks at files and folders', examples: ['ls -l', 'df -h', 'lsof -p 1'] }],
  },
  tool('fuser', { bundled: true }, [
    ['destroy', '-k|--kill', 'fuser -k ends the processes that use a file', 'fuser -k /mnt', 'fuser -km /mnt'],
    ['read', '', 'tells who uses a file', 'fuser -v /mnt'],
  ]),
  {
    names: words(
      'mkdir touch ln chmod chown chgrp install mktemp setfacl chattr mkfifo mknod fallocate chcon restorecon semanage setsebool mkinitramfs',
    ),
    rules: [
      { risk: 'change', reason: 'makes or marks files', examples: ['mkdir -p /tmp/x', 'chmod +x f', 'chown a:b f'] },
    ],
  },
  {
    names: ['cp', 'mv', 'scp', 'rename', 'sftp', 'mmv', 'pscp'],
    rules: [
      {
        args: /(?:^|\s)\/dev\/null(?:\s|$)/,
        risk: 'destroy',
        reason: 'copies nothing over the file, or the file into nothing',
        examples: ['cp /dev/null /var/log/x', 'mv x /dev/null'],
      },
      {
        args: /(?:^|\s)\/dev\/(?:sd|nvme|vd|xvd|mapper|disk)/,
        risk: 'destroy',
        reason: 'overwrites a device',
        examples: ['cp image /dev/sdb'],
      },
      {
        risk: 'change',
        reason: 'copies or moves files, over what is there',
        examples: ['cp a b', 'mv a b', 'scp h:f .'],
      },
    ],
  },
  {
    names: ['rsync'],
    rules: [
      {
        args: /(?:^|\s)(?:--dry-run|--list-only|-[a-zA-Z]*n[a-zA-Z]*)(?:\s|$)/,
        risk: 'read',
        reason: 'rsync only says what it would copy',
        examples: ['rsync -av --dry-run a b', 'rsync -avn --delete a b'],
      },
      {
        args: /--del|--remove-s/,
        risk: 'destroy',
        reason: 'rsync --delete removes files on the other side',
        examples: ['rsync -a --delete a b'],
      },
      { risk: 'change', reason: 'rsync copies files, over what is there', examples: ['rsync -av a b'] },
    ],
  },
  tool('rm rmdir unlink truncate trash trash-put', {}, [
    ['destroy', '', 'removes files or what is in them', 'rm -rf /tmp/x', 'truncate -s 0 log'],
  ]),
  {
    names: ['tar'],
    bundled: true,
    rules: [
      {
        args: /--checkpoint-action|--to-command|--use-compress-program|(?:^|\s)-I/,
        risk: 'opaque',
        reason: 'tar runs another program',
        examples: ['tar xf a --to-command=sh'],
      },
      {
        args: /--remove-files/,
        risk: 'destroy',
        reason: 'tar --remove-files removes what it packed',
        examples: ['tar czf a.tgz d --remove-files'],
      },
      {
        args: /^-?[a-zA-Z]*t[a-zA-Z]*(?:\s|$)|--list/,
        risk: 'read',
        reason: 'tar lists an archive',
        examples: ['tar tzf a.tgz', 'tar -tf a.tar'],
      },
      {
        args: /^-?[a-zA-Z]*[xcru]|\s-[a-zA-Z]*[xcru][a-zA-Z]*(?:\s|$)|--(?:extract|get|create|append|update)/,
        risk: 'change',
        reason: 'tar packs or unpacks files',
        examples: ['tar -czf a.tgz /etc', 'tar xzf a.tgz -C /', 'tar --null --files-from=list -czf a.tgz'],
      },
    ],
  },
  {
    names: words('gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd lz4 pigz pbzip2 lzop unpigz'),
    bundled: true,
    rules: [
      {
        flags: ['-c', '--stdout', '-l', '-t', '--list', '--test'],
        risk: 'read',
        reason: 'packs or unpacks to its output',
        examples: ['gunzip -c a.gz', 'gzip -c f'],
      },
      {
        sub: '*',
        risk: 'change',
        reason: 'replaces the file by its packed or unpacked form',
        examples: ['gunzip a.gz', 'gzip -9 log'],
      },
      { risk: 'read', reason: 'packs or unpacks a stream', examples: ['gzip', 'gzip -9'] },
    ],
  },
  {
    names: ['zip', 'unzip', '7z', 'unrar', 'cpio', 'zipinfo', 'jar'],
    rules: [
      {
        flags: ['-l', '-t', '-p', '-Z', '--list'],
        risk: 'read',
        reason: 'lists an archive',
        examples: ['unzip -l a.zip'],
      },
      { risk: 'change', reason: 'packs or unpacks files', examples: ['unzip a.zip', 'zip -r a.zip d'] },
    ],
  },
  {
    names: words('vim vi nvim nano emacs ed pico code joe micro mcedit vipw vigr sudoedit'),
    rules: [
      { risk: 'change', byHand: true, reason: 'opens an editor: a person changes the file', examples: ['vim .env'] },
    ],
  },
  tool('visudo', {}, [
    ['check', '-c|--check', 'checks who may become root', 'visudo -c'],
    { risk: 'change', byHand: true, reason: 'opens an editor: a person changes the file', examples: ['visudo'] },
  ]),
];
