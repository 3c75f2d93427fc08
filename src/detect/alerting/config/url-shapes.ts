import type { Node } from 'yaml';
import { judgeTemplateSyntax } from '../../../platform/go-template/index.ts';
import { type Shape, scalar } from '../../../platform/yaml/shape.ts';
import type { Reading } from '../../../platform/yaml/yaml-reading.ts';

const SECRET = '<secret>';
/** A webhook's URL was no secret in old releases of Alertmanager, whose tools want a URL there. */
const SECRET_URL = 'http://<secret>';

/** What is wrong with an http or https URL; null when nothing is. Never repeats the URL: it may be a secret. */
export function judgeHttpUrl(url: string): string | null {
  const [, scheme = ''] = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(url) ?? [];
  const lower = scheme.toLowerCase();
  if (lower !== 'http' && lower !== 'https') return `unsupported scheme "${scheme}" for URL`;
  const [, authority = ''] = /^[^:]*:\/\/([^/?#]*)/.exec(url) ?? [];
  if (authority.replace(/^.*@/, '') === '') return 'missing host for URL';
  return URL.canParse(url) && !hasControlCharacter(url) ? null : 'is no valid URL';
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\x7f');
}

/** An http(s) URL that may be shown, but for a password in it. */
export const httpUrl: Shape<string> = scalar('a URL', (written, node, reading) => takeUrl(written, node, reading));

/** A proxy's or token server's address: taken as it is, judged when it is used. */
export const looseUrl: Shape<string> = scalar('a URL', (written, node, reading) => {
  hidePassword(written, node, reading);
  return hasControlCharacter(written) ? reading.report(node, 'is no valid URL') : written;
});

/** Everybody's: with it goes a token, which is the secret. Some settings are only allowed beside it. */
const SLACK_API_URL = 'https://slack.com/api/chat.postMessage';

/** An http(s) URL that is itself a secret. */
export const secretUrl: Shape<string> = scalar('a URL', (written, node, reading) => {
  if (written === SLACK_API_URL) return written;
  reading.hide(node, SECRET);
  // A file that was shown with its secrets masked can still be read.
  return written === SECRET ? written : takeUrl(written, node, reading);
});

/** A secret URL that may be a template: then it is judged when it is rendered. */
export const secretTemplateUrl: Shape<string> = scalar('a URL', (written, node, reading) => {
  if (written === '') return written;
  reading.hide(node, SECRET_URL);
  if (written === SECRET || written === SECRET_URL) return written;
  if (!written.includes('{{')) {
    const wrong = judgeHttpUrl(written);
    return wrong === null ? written : reading.report(node, `invalid URL: ${wrong}`);
  }
  // As in Alertmanager, no functions but those of every template are known here.
  const wrong = judgeTemplateSyntax(written, {});
  return wrong === null ? written : reading.report(node, `invalid template syntax: ${wrong}`);
});

function takeUrl(written: string, node: Node, reading: Reading): string | undefined {
  const wrong = judgeHttpUrl(written);
  if (wrong !== null) return reading.report(node, wrong);
  if (!/:\/\/[^/?#]*@/.test(written)) return written;
  hidePassword(written, node, reading);
  return written;
}

function hidePassword(written: string, node: Node, reading: Reading): void {
  const shown = written.replace(/^([^:/?#]*:\/\/[^/?#@:]*:)[^/?#]*@/, '$1xxxxx@');
  if (shown !== written) reading.hide(node, shown);
}
