import type { SecretBox } from '../platform/identity/secret-box.ts';

/** Secret inputs of runs, sealed for the database and opened for the worker; bound to their run. */
export type RunSecrets = {
  seal(secrets: Record<string, string>, runId: string): string;
  open(box: string, runId: string): Record<string, string>;
};

/** Seals with the installation's master key. */
export function createRunSecrets(secretBox: SecretBox): RunSecrets {
  const context = (runId: string) => `inputs of ${runId}`;
  return {
    seal: (secrets, runId) => secretBox.seal(JSON.stringify(secrets), context(runId)),
    open: (box, runId) => JSON.parse(secretBox.open(box, context(runId))) as Record<string, string>,
  };
}
