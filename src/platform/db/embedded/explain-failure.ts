import { HoldfastError, messageOf } from '../../errors/holdfast-error.ts';

type Reason = { pattern: RegExp; code: string; what: string; hint: string };

/**
 * What the operating system or PostgreSQL says, in the operator's terms. The first match counts, so a more
 * specific reason stands before a more general one.
 */
const REASONS: readonly Reason[] = [
  {
    pattern: /No space left on device|wrote only \d+ of \d+ bytes|ENOSPC|Disk quota exceeded|EDQUOT/,
    code: 'data.disk-full',
    what: 'the disk is full',
    hint: 'Free space on this file system (a new cluster needs about 60 MB) or choose another data directory with --data, then start again; nothing was lost.',
  },
  {
    pattern: /Read-only file system|EROFS/,
    code: 'data.read-only',
    what: 'the file system is read-only',
    hint: 'Choose a data directory on a writable file system with --data, or remount this one read-write.',
  },
  {
    pattern: /incompatible with server|was initialized by PostgreSQL version/,
    code: 'data.version',
    what: 'the cluster belongs to another version of PostgreSQL',
    hint: 'Start the release of Holdfast that wrote it, or restore a backup into an empty data directory.',
  },
  {
    pattern: /ENOTDIR|EEXIST|Not a directory/,
    code: 'data.not-a-folder',
    what: 'something that is not a folder is in the way',
    hint: 'Choose another data directory with --data, or move that file away.',
  },
  {
    pattern: /could not create (?:any )?Unix.domain socket|Unix-domain socket path .* is too long/i,
    code: 'database.no-socket',
    what: 'the unix socket could not be made',
    hint: 'Point TMPDIR at a short folder on a local file system.',
  },
  {
    pattern:
      /could not map anonymous shared memory|could not create shared memory segment|Cannot allocate memory|ENOMEM/,
    code: 'database.no-memory',
    what: 'there is not enough memory',
    hint: 'Give the machine or container more memory, or use another PostgreSQL with DATABASE_URL.',
  },
  {
    pattern: /pre-existing shared memory block|lock file "postmaster\.pid" already exists/,
    code: 'data.in-use',
    what: 'another PostgreSQL server still works in it',
    hint: 'Wait until that server has ended, or end it, then start again.',
  },
  {
    pattern:
      /could not locate a valid checkpoint|invalid checkpoint|control file contains invalid|not a valid data directory|could not (?:find|open) (?:the database system|file "global\/pg_control)/i,
    code: 'data.damaged',
    what: 'the cluster is damaged',
    hint: 'Keep a copy of the folder, then restore the last backup into an empty data directory.',
  },
  {
    pattern: /Permission denied|EACCES|EPERM|Operation not permitted|invalid permissions|has wrong ownership/,
    code: 'data.unwritable',
    what: 'permission was denied',
    hint: 'Give this user ownership of the data directory (chown -R), or choose another one with --data.',
  },
];

/**
 * A failure around the data directory as an error that says what, where and what to do.
 * `doing` completes the sentence "could not …"; `detail` is an exception or the text a server tool wrote.
 */
export function explainFailure(doing: string, detail: unknown, logFile?: string): HoldfastError {
  const text = typeof detail === 'string' ? detail : messageOf(detail);
  const reason = REASONS.find(({ pattern }) => pattern.test(text));
  const line = tellingLine(text, reason?.pattern);
  const more = logFile === undefined ? '' : ` PostgreSQL's own log is ${logFile}.`;
  return new HoldfastError({
    code: reason?.code ?? 'database.start-failed',
    kind: reason?.code === 'data.in-use' ? 'conflict' : 'unavailable',
    message: `could not ${doing}: ${reason === undefined ? '' : `${reason.what}: `}${line}`,
    hint: `${reason?.hint ?? 'Read the lines above this one in the log, or use another PostgreSQL with DATABASE_URL.'}${more}`,
    cause: typeof detail === 'string' ? undefined : detail,
  });
}

/** The line a person should see: the one that gave the reason, else the last FATAL, PANIC or error line, else the last. */
function tellingLine(text: string, reason: RegExp | undefined): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line =
    (reason && lines.find((candidate) => reason.test(candidate))) ??
    lines.findLast((candidate) => /\b(?:FATAL|PANIC|error):/.test(candidate)) ??
    lines.at(-1) ??
    'it said nothing';
  return line.replace(/^.*?\[\d+\] (?=[A-Z]+: )/, '');
}
