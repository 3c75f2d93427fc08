import { type RiskTool, tool } from './rule.ts';

/** Disks, volumes and file systems of one machine. */
export const DISK_TOOLS: readonly RiskTool[] = [
  tool(
    'lvs vgs pvs lvdisplay vgdisplay pvdisplay lvscan vgscan pvscan lvmdiskscan dmsetup-ls multipath-ll lsscsi nvme-list hdparm-i udevadm',
    {},
    [['read', '', 'looks at volumes', 'lvs -a', 'pvdisplay']],
  ),
  tool('blockdev', {}, [
    ['change', '--rereadpt|--flushbufs|--set*', 'changes how a device is used', 'blockdev --rereadpt /dev/sdb'],
    ['read', '', 'shows block devices', 'blockdev --getsize64 /dev/sdb', 'blockdev --report'],
  ]),
  tool('proxmox-boot-tool pve-efiboot-tool', {}, [
    ['destroy', 'format', 'formats a boot partition', 'proxmox-boot-tool format /dev/sdb2'],
    ['read', 'status|help / kernel list', 'shows how the machine boots', 'proxmox-boot-tool status'],
    ['change', '', 'changes how the machine boots', 'proxmox-boot-tool init /dev/sdb2', 'proxmox-boot-tool refresh'],
  ]),
  tool('mount', { values: '-o -t -L -U --types --options' }, [
    ['change', '-a|--all', 'mounts every file system', 'mount -a'],
    ['read', '-', 'lists mounts', 'mount', 'mount -l'],
    ['change', '', 'mounts a file system', 'mount /dev/sdb /mnt'],
  ]),
  tool('umount', { bundled: true }, [
    [
      'destroy',
      '-f|--force|-l|--lazy',
      'takes a file system away from under its users',
      'umount -f /mnt',
      'umount -l /mnt',
    ],
    ['change', '', 'unmounts a file system nobody uses', 'umount /mnt'],
  ]),
  tool('swapon swapoff', {}, [
    ['change', '-a|--all', 'turns all swap on or off', 'swapoff -a'],
    ['read', '-s|--show|--summary / -', 'lists swap', 'swapon --show'],
    ['change', '', 'turns swap on or off', 'swapoff /swapfile'],
  ]),
  tool(
    'resize2fs xfs_growfs lvextend growpart pvcreate vgcreate vgextend lvcreate pvresize lvrename vgrename vgchange lvchange pvmove tune2fs partprobe kpartx mkswap lvmpolld blkdeactivate fstrim cryptsetup-open',
    {},
    [
      ['read', '-n|--test|-N|--dry-run', 'only says what it would do', 'growpart -N /dev/sda 1'],
      ['change', '', 'changes disks or volumes', 'resize2fs /dev/sda1', 'lvextend -L +5G /dev/v/l'],
    ],
  ),
  tool(
    'lvreduce lvremove vgremove pvremove vgreduce wipefs mkfs mkfs.ext4 mkfs.ext3 mkfs.xfs mkfs.vfat mkfs.btrfs blkdiscard badblocks shred srm mke2fs',
    { bundled: true },
    [
      [
        'destroy',
        '',
        'removes what is on a disk or volume',
        'mkfs.ext4 /dev/sdb',
        'lvremove /dev/v/l',
        'shred -u key.pem',
        'wipefs -a /dev/sdb',
      ],
    ],
  ),
  tool('lvconvert', {}, [
    [
      'destroy',
      '--merge|--uncache|--repair|--splitcache',
      'rolls a volume back or takes it apart',
      'lvconvert --merge v/snap',
    ],
    ['change', '', 'converts a volume', 'lvconvert --type raid1 v/l'],
  ]),
  tool('fdisk gdisk sfdisk cfdisk sgdisk parted', { bundled: true, values: '-s --script -u' }, [
    [
      'read',
      '-l|--list|-p|--print|-V|--verify|-d|--dump|-i|--info / * print|p / print',
      'shows partitions',
      'fdisk -l',
      'parted /dev/sda print',
      'sgdisk -p /dev/sda',
    ],
    ['destroy', '', 'changes the partitions of a disk', 'fdisk /dev/sdb', 'parted /dev/sdb mklabel gpt'],
  ]),
  tool('fsck fsck.ext4 e2fsck xfs_repair fsck.xfs', { bundled: true }, [
    ['check', '-n|-N', 'looks for damage without repairing it', 'fsck -n /dev/sdb1', 'xfs_repair -n /dev/sdb1'],
    ['destroy', '-L', 'xfs_repair -L throws the log away', 'xfs_repair -L /dev/sdb1'],
    ['change', '', 'repairs a file system', 'e2fsck -p /dev/sdb1'],
  ]),
  tool(
    'dumpe2fs xfs_info debugfs btrfs-find-root xfs_quota repquota quota edac-util ras-mc-ctl dmidecode lshw inxi smartd',
    {},
    [
      ['destroy', '-w', 'opens a file system to be written to', 'debugfs -w /dev/sdb1'],
      ['read', '', 'looks at disks and hardware', 'dumpe2fs -h /dev/sdb1', 'dmidecode -t memory'],
    ],
  ),
  tool('smartctl', { values: '-d --device' }, [
    ['check', '-t|--test', 'starts a self-test of the disk', 'smartctl -t short /dev/sda'],
    ['read', '', 'asks a disk how it is', 'smartctl -a /dev/sda'],
  ]),
  tool('nvme', {}, [
    [
      'destroy',
      'format|sanitize|delete-ns|detach-ns|reset|subsystem-reset|write-zeroes|dsm|write',
      'erases or takes a disk away',
      'nvme format /dev/nvme0n1',
    ],
    [
      'read',
      'list*|smart-log|id-*|get-*|error-log|fw-log|show-*|telemetry-log|version',
      'looks',
      'nvme list',
      'nvme smart-log /dev/nvme0',
    ],
    ['change', '', 'changes a disk', 'nvme attach-ns /dev/nvme0 -n 1'],
  ]),
  tool('megacli MegaCli storcli storcli64 perccli ssacli hpssacli arcconf', {}, [
    {
      args: /\bdel|delete|offline|-Clr|clear|erase|format|-PDOffline|-CfgLdDel|spindown|remove/i,
      risk: 'destroy',
      reason: 'takes disks or arrays away',
      examples: ['storcli /c0/v1 del'],
    },
    {
      args: /\bshow\b|-\w*Info|-\w*List|-AdpAllInfo|-GetBbuStatus|\bgetconfig|\bstatus|-FwTermLog|\bGETLOGS/i,
      risk: 'read',
      reason: 'shows disks and arrays',
      examples: ['storcli /c0 show all', 'MegaCli -LDInfo -Lall -aALL'],
    },
    ['change', '', 'changes an array', 'storcli /c0/e1/s1 start rebuild'],
  ]),
  tool('mdadm', { values: '--level -l --raid-devices -n --chunk -c --config', bundled: true }, [
    [
      'destroy',
      '--fail|--remove|--stop|--zero-superblock|--create|--set-faulty|-f|-r|-S|-C',
      'takes disks or arrays away',
      'mdadm --manage /dev/md0 --fail /dev/sdb1',
      'mdadm --stop /dev/md0',
    ],
    [
      'read',
      '--detail|-D|--examine|-E|--query|-Q|--detail-platform|--monitor',
      'shows an array',
      'mdadm --detail /dev/md0',
      'mdadm -E /dev/sdb1',
    ],
    [
      'change',
      '',
      'adds disks to an array or assembles it',
      'mdadm --manage /dev/md0 --add /dev/sdc1',
      'mdadm --assemble --scan',
    ],
  ]),
  tool('zfs', { bare: '-r -R -f -H -p -v -n -d' }, [
    ['read', 'destroy -n|-nv|-nvr|-rn', 'zfs -n only says what it would do', 'zfs destroy -nv t/x@s'],
    [
      'destroy',
      'destroy|rollback|unmount|release|unload-key|unallow|unshare / receive|recv -F|-Fdu',
      'removes or rolls back a data set',
      'zfs rollback t/x@s',
      'zfs destroy t/x',
      'zfs receive -F t/x',
    ],
    [
      'read',
      'list|get|send|diff|holds|version|userspace|groupspace|bookmark-list',
      'zfs looks',
      'zfs list -t snapshot',
      'zfs send t/x@s',
    ],
    ['change', '*', 'zfs creates or changes a data set', 'zfs snapshot t/x@s', 'zfs set quota=1G t/x'],
  ]),
  tool('zpool', {}, [
    [
      'destroy',
      'destroy|offline|detach|remove|labelclear|export|split|create|reguid',
      'takes a pool or its disks away',
      'zpool offline t sdb',
      'zpool destroy t',
    ],
    ['read', 'status|list|iostat|history|get|events|wait', 'zpool looks', 'zpool status -x', 'zpool iostat 5 3'],
    ['change', '*', 'zpool changes a pool', 'zpool scrub t', 'zpool replace t sdb sdc', 'zpool clear t'],
  ]),
  tool('btrfs', {}, [
    [
      'destroy',
      'subvolume|device|qgroup|quota|replace delete|remove|disable|destroy|cancel / check --repair / rescue',
      'removes or rewrites data',
      'btrfs subvolume delete /d/s',
      'btrfs device remove /dev/sdb /d',
    ],
    [
      'read',
      'filesystem|fi show|usage|df|du|label / subvolume list|show|find-new|get-default / device stats|usage|scan|ready / scrub|balance|replace status / qgroup|property show|get|list / inspect-internal / check',
      'btrfs looks',
      'btrfs filesystem usage /d',
      'btrfs device stats /d',
    ],
    ['change', '*', 'btrfs changes a file system', 'btrfs scrub start /d', 'btrfs balance start /d'],
  ]),
  tool('cryptsetup', {}, [
    [
      'destroy',
      '@luksFormat|erase|luksErase|luksKillSlot|luksRemoveKey|reencrypt|close|luksClose|remove',
      'closes or erases an encrypted disk',
      'cryptsetup luksFormat /dev/sdb',
    ],
    ['read', '@status|luksDump|isLuks|benchmark|luksUUID', 'looks', 'cryptsetup status x'],
    ['change', '', 'opens an encrypted disk or adds a key', 'cryptsetup open /dev/sdb x'],
  ]),
  tool('iscsiadm', { bundled: true, values: '-m --mode -p --portal -T --targetname -o --op -n -v -t --type' }, [
    ['destroy', '-u|--logout / --op=delete', 'takes a remote disk away', 'iscsiadm -m node -u'],
    ['read', '-P|--print', 'shows sessions', 'iscsiadm -m session -P 3'],
    ['change', '-l|--login|-R|--rescan|-o|--op', 'logs into or rescans remote disks', 'iscsiadm -m session -R'],
    ['read', '', 'shows sessions', 'iscsiadm -m session'],
  ]),
  tool('multipath multipathd dmsetup', { bundled: true }, [
    [
      'destroy',
      '-f|-F|-w|-W / @remove|remove_all|suspend|wipe_table|clear|del',
      'flushes paths or maps',
      'multipath -F',
      'dmsetup remove x',
    ],
    [
      'read',
      '-l|-ll|-t|-c|-v / @show|ls|info|status|table|deps|targets|list',
      'shows paths',
      'multipath -ll',
      'dmsetup status',
    ],
    ['change', '', 'changes paths', 'multipath -r', 'multipathd reconfigure'],
  ]),
  tool('exportfs showmount nfsstat rpcinfo', { bundled: true }, [
    ['destroy', '-u', 'takes a share away', 'exportfs -u h:/d'],
    ['change', '-a|-r|-o', 'publishes shares again', 'exportfs -ra'],
    ['read', '', 'shows shares', 'showmount -e h', 'exportfs -v'],
  ]),
];
