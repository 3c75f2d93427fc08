/** The part of a pino logger this folder uses; structural, so that tests and tools can pass their own. */
export type EmbeddedLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

export const silentLog: EmbeddedLog = { info() {}, warn() {}, error() {} };
