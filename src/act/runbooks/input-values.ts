import { isIP } from 'node:net';
import type { RunbookInput } from '../../contract/runbook.ts';
import { readDurationMs } from './read-duration.ts';

type InputType = RunbookInput['type'];
type Check = { holds: (value: string) => boolean; wanted: string };

const HOST_NAME =
  /^(?=.{1,253}$)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?$/;
const MAX_VALUE_CHARS = 8_192;

const CHECKS: Readonly<Record<InputType, Check>> = {
  string: { holds: () => true, wanted: 'a text' },
  secret: { holds: () => true, wanted: 'a secret' },
  integer: { holds: (value) => /^-?\d{1,15}$/.test(value), wanted: 'a whole number' },
  port: {
    holds: (value) => /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535,
    wanted: 'a port from 1 to 65535',
  },
  percent: {
    holds: (value) => /^\d{1,3}(?:\.\d+)?$/.test(value) && Number(value) <= 100,
    wanted: 'a number from 0 to 100',
  },
  host: { holds: isHost, wanted: 'a host name or address, with or without a port' },
  url: { holds: isUrl, wanted: 'a complete address such as https://host/path' },
  arn: {
    holds: (value) => /^arn:[a-z-]+:[a-z0-9-]*:[a-z0-9-]*:\d*:\S+$/.test(value),
    wanted: 'an ARN (arn:partition:service:region:account:resource)',
  },
  timestamp: {
    holds: (value) =>
      /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.test(value) &&
      !Number.isNaN(Date.parse(value.replace(' ', 'T'))),
    wanted: 'a time such as 2026-03-01T12:00:00Z',
  },
  duration: { holds: (value) => readDurationMs(value) !== null, wanted: 'a duration such as 30s, 5m or 1h' },
  target: {
    holds: (value) => /^[A-Za-z0-9][\w.-]{0,63}$/.test(value),
    wanted: 'the name of a target of the configuration',
  },
};

/** Types whose values may begin with a minus sign. */
const MAY_BEGIN_WITH_MINUS: readonly InputType[] = ['integer', 'secret'];

/** Why a value may not be given to an input of this type, in words that follow its name; null when it may. */
export function validateInputValue(type: InputType, value: string): string | null {
  if (value === '') return 'is empty';
  if (value.length > MAX_VALUE_CHARS) return `is longer than ${MAX_VALUE_CHARS} characters`;
  if (value.includes('\0')) return 'holds a null character';
  // A command given `--all` where a name belongs would take it for an option.
  if (value.startsWith('-') && !MAY_BEGIN_WITH_MINUS.includes(type))
    return 'may not begin with -, a command would take it for an option';
  const check = CHECKS[type];
  return check.holds(value) ? null : `is not ${check.wanted}`;
}

function isHost(value: string): boolean {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^[\]]*?))(?::(\d{1,5}))?$/.exec(value) ?? [];
  if (isIP(value) !== 0) return true;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return false;
  return bracketed !== undefined ? isIP(bracketed) === 6 : plain !== undefined && HOST_NAME.test(plain);
}

function isUrl(value: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(value) && URL.canParse(value);
}
