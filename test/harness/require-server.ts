import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'vitest';

/** Whether a program or server outside our control is there, and if not, why the tests that need it are skipped. */
export type ServerAvailability = {
  there: boolean;
  reason: string;
  /** For `beforeEach`: skips the test with the reason when the server is not there. */
  skipUnlessThere(context: Pick<TestContext, 'skip'>): void;
};

/**
 * Looks whether a server the tests may use is there. `probe` returns null when it is, else what is missing.
 *
 * @throws Error when it is not there though HOLDFAST_TEST_REQUIRE (a comma-separated list of names, or `all`) says
 * that it must be: in CI a skip would hide a broken installation.
 */
export async function requireServer(
  name: string,
  probe: () => Promise<string | null> | string | null,
): Promise<ServerAvailability> {
  const missing = await probe();
  const required = (process.env['HOLDFAST_TEST_REQUIRE'] ?? '').split(',').map((item) => item.trim());
  if (missing !== null && (required.includes(name) || required.includes('all'))) {
    throw new Error(`${name} is required by HOLDFAST_TEST_REQUIRE but not there: ${missing}`);
  }
  const reason = missing === null ? '' : `needs ${name}: ${missing}`;
  return {
    there: missing === null,
    reason,
    skipUnlessThere(context) {
      context.skip(missing !== null, reason);
    },
  };
}

/** A probe: is there a program of this name on the PATH? */
export function programOnPath(program: string): () => Promise<string | null> {
  return async () => {
    for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
      const found = await access(join(folder, program), constants.X_OK).then(
        () => true,
        () => false,
      );
      if (found) return null;
    }
    return `no program ${program} on the PATH`;
  };
}
