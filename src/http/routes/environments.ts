import { listOf } from '../../contract/common.ts';
import { type Environment, environmentSchema } from '../../contract/environment.ts';
import type { HttpApp } from '../http-app.ts';

/** Where runs can be carried out. */
export function registerEnvironmentRoutes(app: HttpApp, deps: { environments(): Environment[] }): void {
  app.get(
    '/api/v1/environments',
    {
      config: {
        access: 'viewer',
        summary: 'Environments of the configuration: what they are called and what targets mean there',
        description: 'Names alone: neither values of variables, nor addresses, nor credentials.',
      },
      schema: { response: { 200: listOf(environmentSchema) } },
    },
    () => ({ items: deps.environments(), next: null }),
  );
}
