import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds the web UI before the tests, so that they see what the sources say. */
export function setup(): void {
  const build = spawnSync(
    process.execPath,
    [fileURLToPath(new URL('../../node_modules/vite/bin/vite.js', import.meta.url)), 'build', '--logLevel', 'warn'],
    {
      cwd: fileURLToPath(new URL('../../web', import.meta.url)),
      encoding: 'utf8',
      // A development build of React would be another program than the one that is shipped.
      env: { ...process.env, NODE_ENV: 'production' },
    },
  );
  if (build.status !== 0) throw new Error(`the web UI could not be built: ${build.stdout}${build.stderr}`);
}
