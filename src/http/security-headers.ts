import helmet from '@fastify/helmet';
import type { HttpApp } from './http-app.ts';

/**
 * What browsers are told to refuse. Scripts and style sheets come from this server's files only, so text that slips
 * through as HTML stays text; style attributes are allowed because positioned parts of the UI set them. No
 * `upgrade-insecure-requests` and no HSTS over plain http: a server on loopback would lock itself out.
 */
export async function installSecurityHeaders(app: HttpApp, options: { https: boolean }): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'style-src-attr': ["'unsafe-inline'"],
        'img-src': ["'self'", 'data:'],
        'font-src': ["'self'"],
        'connect-src': ["'self'"],
        'manifest-src': ["'self'"],
        'worker-src': ["'self'"],
        'form-action': ["'self'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
        ...(options.https ? { 'upgrade-insecure-requests': [] } : {}),
      },
    },
    hsts: options.https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
  });
}
