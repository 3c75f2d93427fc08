import type { HoldfastConfig, LoadedConfig } from '../platform/config/load-config.ts';

/** Options every command takes. */
export type GlobalOptions = { json: boolean; quiet: boolean; color: boolean; config?: string; data?: string; server?: string; token?: string };

/** What a command has to work with. Results go to stdout, everything else to stderr. */
export type CliContext = {
  version: string;
  globals(): GlobalOptions;
  /** The configuration, with the flags of this command over it. Warnings are written to stderr. */
  loadConfig(flags?: Readonly<Record<string, unknown>>): LoadedConfig & { config: HoldfastConfig };
  /** Ends the process with this code once the output is written; the last call counts. */
  setExitCode(code: number): void;
  environment: NodeJS.ProcessEnv;
};
