import { type FSWatcher, watch } from 'node:fs';

/** What one user may watch is limited by the system, and others watch too; what is above this is seen by the poll. */
const MOST_FOLDERS = 1_000;

/**
 * Watches folders one by one. Node's own recursive watching reads the whole folder again at each change, and puts a
 * watch on every file: beside a folder that is written to all day it took a quarter of a server's time.
 * @param onChange told the name that changed in its folder, null when the system does not say
 */
export function watchFolders(onChange: (name: string | null) => void): {
  /** Watches exactly these from now on. */
  follow(folders: readonly string[]): void;
  close(): void;
} {
  const watchers = new Map<string, FSWatcher>();
  const drop = (folder: string) => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  return {
    follow(folders) {
      const wanted = new Set(folders.slice(0, MOST_FOLDERS));
      for (const folder of watchers.keys()) if (!wanted.has(folder)) drop(folder);
      for (const folder of wanted) {
        if (watchers.has(folder)) continue;
        try {
          const watcher = watch(folder, { persistent: false }, (_event, name) => onChange(name));
          // The folder went away: the next look finds that out.
          watcher.on('error', () => drop(folder));
          watchers.set(folder, watcher);
        } catch {
          // No watch to be had: the poll sees its changes.
        }
      }
    },
    close() {
      for (const folder of [...watchers.keys()]) drop(folder);
    },
  };
}
