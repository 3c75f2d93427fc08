import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { HttpApp } from '../src/http/http-app.ts';
import { buildOpenApi } from '../src/http/openapi/build-openapi.ts';

const OPENAPI_FILE = fileURLToPath(new URL('../docs/openapi.json', import.meta.url));

/** The API document of a created server, as it stands in docs. The version is left to the running server. */
export function generateOpenApi(app: HttpApp): string {
  return `${JSON.stringify(buildOpenApi(app, { version: 'current' }), null, 2)}\n`;
}

/** Writes docs/openapi.json. */
export async function writeOpenApi(app: HttpApp, file: string = OPENAPI_FILE): Promise<void> {
  await writeFile(file, generateOpenApi(app));
}
