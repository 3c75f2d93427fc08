import type { LoadedConfig } from '../platform/config/load-config.ts';
import type { ApiClient } from './api-client.ts';
import type { Output } from './terminal/output.ts';

/** Options every command takes. */
export type GlobalOptions = {
  json: boolean;
  quiet: boolean;
  color: boolean;
  config?: string;
  data?: string;
  server?: string;
  token?: string;
};

/** What a command has to work with. Results go to stdout, everything else to stderr. */
export type CliContext = {
  version: string;
  globals(): GlobalOptions;
  /** Where results and remarks are written, in the form the global options ask for. */
  output(): Output;
  /** The server the global options name, or the local one. @throws HoldfastError unavailable `server.none` */
  api(): Promise<ApiClient>;
  /** The configuration, with the flags of this command over it. Warnings are written to stderr. */
  loadConfig(flags?: Readonly<Record<string, unknown>>): Promise<LoadedConfig>;
  /** What `loadConfig` and `validateConfig` take, for commands that look at a configuration that may be wrong. */
  configInput(flags?: Readonly<Record<string, unknown>>): {
    flags: Record<string, unknown>;
    env: NodeJS.ProcessEnv;
    cwd: string;
  };
  /** Ends the process with this code once the output is written; the last call counts. */
  setExitCode(code: number): void;
  /** What to say when the person interrupts: that something goes on without them. */
  sayOnInterrupt(text: string): void;
  /** What to bring to an end first when the person interrupts; null when there is nothing any more. */
  cleanUpOnInterrupt(work: (() => Promise<void>) | null): void;
  environment: NodeJS.ProcessEnv;
};
