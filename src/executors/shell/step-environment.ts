import { TOKEN_VARIABLE } from '../../platform/process/kill-by-token.ts';

/** What a step sees of Holdfast's own environment; everything else, secrets among it, stays out. */
const ALLOWED = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'TMPDIR',
  'KUBECONFIG',
  'SSH_AUTH_SOCK',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'https_proxy',
  'http_proxy',
  'no_proxy',
];

/** Nobody watches a step: programs neither page nor ask. */
export const UNATTENDED: Readonly<Record<string, string>> = {
  TERM: 'dumb',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  DEBIAN_FRONTEND: 'noninteractive',
};

/**
 * The environment of a step: the allowed part of ours, its parameters, its token.
 * @param parameters variable -> value
 */
export function stepEnvironment(
  own: NodeJS.ProcessEnv,
  parameters: Readonly<Record<string, string>>,
  token: string,
): Record<string, string> {
  const environment: Record<string, string> = { ...UNATTENDED };
  for (const name of ALLOWED) {
    const value = own[name];
    if (value !== undefined) environment[name] = value;
  }
  return { ...environment, ...parameters, [TOKEN_VARIABLE]: token };
}
