import { writeSync } from 'node:fs';
import { type Logger as PinoLogger, pino } from 'pino';
import { createLogfmtStream } from './logfmt-stream.ts';

export type Logger = PinoLogger;

/** Field names whose values never reach a log, at the top and one level down. */
const SECRET_FIELDS = [
  'password',
  'secret',
  'token',
  'authorization',
  'cookie',
  'apiKey',
  'connectionString',
  'databaseUrl',
  'url_secret',
];
const REDACTED_PATHS = [
  ...SECRET_FIELDS,
  ...SECRET_FIELDS.map((field) => `*.${field}`),
  'req.headers.authorization',
  'req.headers.cookie',
];

/**
 * Structured lines on a file descriptor (stderr by default: stdout belongs to results).
 * @param options.level a pino level in any case
 * @param options.format JSON unless said otherwise
 */
export function createLogger(options: { level: string; fd?: number; format?: 'json' | 'logfmt' }): Logger {
  return pino(
    {
      level: options.level.toLowerCase(),
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
      formatters: { level: (label) => ({ level: label }) },
    },
    // Synchronous: the last line before a crash is the one that matters.
    options.format === 'logfmt'
      ? createLogfmtStream((line) => void writeSync(options.fd ?? 2, line))
      : pino.destination({ dest: options.fd ?? 2, sync: true }),
  );
}

/** A logger that writes nothing, for pure commands and tests. */
export function createSilentLogger(): Logger {
  return pino({ level: 'silent' });
}
