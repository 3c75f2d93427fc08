import { execFile } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../platform/errors/holdfast-error.ts';
import type { Logger } from '../../platform/log/logger.ts';

const GIT_TIMEOUT_MS = 120_000;
const run = promisify(execFile);

export type FollowedRepository = {
  url: string;
  branch: string | null;
  /** Folder of the repository that holds the runbooks; '' for all of it. */
  folder: string;
  intervalMs: number;
  tokenFile: string | null;
};

export type GitRepositories = {
  /** Folders of the checkouts, for the library. */
  folders: string[];
  /** The commit a file of one of the checkouts came with. */
  commitOf(file: string): Promise<string | null>;
  stop(): Promise<void>;
};

/**
 * Follows git repositories of runbooks: a shallow checkout of each below `root`, brought up to date by its interval. One
 * that does not answer keeps the last checkout.
 * @param onChange told when a checkout moved to another commit
 */
export function followGitRepositories(options: {
  repositories: Readonly<Record<string, FollowedRepository>>;
  root: string;
  environment: NodeJS.ProcessEnv;
  logger: Logger;
  onChange: () => void;
}): GitRepositories {
  const { repositories, root, logger } = options;
  const stop = new AbortController();
  const timers = new Set<NodeJS.Timeout>();
  const underWay = new Set<Promise<void>>();
  const heads = new Map<string, string>();

  const git = async (repository: FollowedRepository, at: string, ...args: string[]): Promise<string> => {
    const token = repository.tokenFile === null ? null : (await readFile(repository.tokenFile, 'utf8')).trim();
    // Credentials go by the environment: arguments can be read by everybody on the machine.
    const header =
      token === null
        ? {}
        : {
            GIT_CONFIG_COUNT: '1',
            GIT_CONFIG_KEY_0: 'http.extraHeader',
            GIT_CONFIG_VALUE_0: `Authorization: Bearer ${token}`,
          };
    const { PATH, HOME, SSH_AUTH_SOCK, HTTPS_PROXY, NO_PROXY } = options.environment;
    const known = Object.fromEntries(
      Object.entries({ PATH, HOME, SSH_AUTH_SOCK, HTTPS_PROXY, NO_PROXY }).filter(([, value]) => value !== undefined),
    );
    const { stdout } = await run('git', ['-C', at, ...args], {
      timeout: GIT_TIMEOUT_MS,
      killSignal: 'SIGKILL',
      signal: stop.signal,
      env: { ...known, ...header, GIT_TERMINAL_PROMPT: '0', GIT_SSH_COMMAND: 'ssh -o BatchMode=yes', LC_ALL: 'C' },
    });
    return stdout.trim();
  };

  const update = async (name: string, repository: FollowedRepository): Promise<void> => {
    const at = join(root, name);
    await mkdir(at, { recursive: true });
    const isOurs = (await git(repository, at, 'rev-parse', '--git-dir').catch(() => '')) === '.git';
    if (!isOurs) {
      await rm(at, { recursive: true, force: true });
      await mkdir(at, { recursive: true });
      await git(repository, at, 'init', '--quiet');
    }
    await git(
      repository,
      at,
      'fetch',
      '--quiet',
      '--depth',
      '1',
      '--no-tags',
      '--',
      repository.url,
      repository.branch ?? 'HEAD',
    );
    const head = await git(repository, at, 'rev-parse', 'FETCH_HEAD');
    const had = await git(repository, at, 'rev-parse', '--verify', '--quiet', 'HEAD').catch(() => '');
    heads.set(at, head);
    if (had === head) return;
    // No hook and no filter of the repository runs here: only its files are wanted.
    await git(repository, at, '-c', 'core.hooksPath=/dev/null', 'checkout', '--quiet', '--force', '--detach', head);
    logger.info({ repository: name, commit: head }, 'runbooks of the repository are up to date');
    options.onChange();
  };

  const follow = (name: string, repository: FollowedRepository) => {
    const work = update(name, repository)
      .catch((thrown: unknown) => {
        if (stop.signal.aborted) return;
        // git repeats the address in its errors, and with it what may be in it.
        const said = messageOf(thrown).replaceAll(repository.url, maskUser(repository.url));
        logger.warn({ repository: name }, `the repository could not be read, its last checkout stays: ${said}`);
      })
      .finally(() => {
        underWay.delete(work);
        if (stop.signal.aborted) return;
        const timer = setTimeout(() => {
          timers.delete(timer);
          follow(name, repository);
        }, repository.intervalMs);
        timer.unref();
        timers.add(timer);
      });
    underWay.add(work);
  };
  for (const [name, repository] of Object.entries(repositories)) follow(name, repository);

  return {
    folders: Object.entries(repositories).map(([name, { folder }]) => join(root, name, folder)),
    async commitOf(file) {
      for (const [at, head] of heads) if (!relative(at, file).startsWith('..')) return head;
      return null;
    },
    async stop() {
      stop.abort();
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(underWay);
    },
  };
}

function maskUser(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//***@');
}
