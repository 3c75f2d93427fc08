import { escapeHtml, renderPage } from '../render-page.ts';
import type { OpenApiDocument, Operation } from './build-openapi.ts';
import type { JsonSchema } from './schema-collector.ts';

/** The API documentation as one page that needs no script and nothing from outside. */
export function renderDocs(document: OpenApiDocument): string {
  const tags = document.tags.map((tag) => tag.name);
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const sections = tags.map((tag) => {
    const mine = operations.filter(({ operation }) => operation.tags.includes(tag));
    return `<h2 id="${escapeHtml(tag)}">${escapeHtml(tag)}</h2>\n${mine.map(renderOperation).join('\n')}`;
  });
  const schemas = Object.entries(document.components['schemas'] ?? {}).map(
    ([name, schema]) =>
      `<details id="schema-${escapeHtml(name)}"><summary><code>${escapeHtml(name)}</code></summary>${renderSchema(schema)}</details>`,
  );
  const info = document.info as { version: string; description: string };
  return renderPage({
    title: 'API',
    body: `<h1>Holdfast API ${escapeHtml(info.version)}</h1>
<p>${renderText(info.description)}</p>
<p>For programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>
<nav>${tags.map((tag) => `<a href="#${escapeHtml(tag)}">${escapeHtml(tag)}</a>`).join(' ')} <a href="#schemas">schemas</a></nav>
${sections.join('\n')}
<h2 id="schemas">Schemas</h2>
${schemas.join('\n')}`,
  });
}

function renderOperation({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
  const access = operation['x-access'] === 'public' ? 'anybody' : `${operation['x-access']} and above`;
  const parameters = operation.parameters.map((parameter) => {
    const needed = parameter['required'] === true ? 'required' : 'optional';
    return `<tr><td><code>${escapeHtml(String(parameter['name']))}</code></td><td>${String(parameter['in'])}, ${needed}</td><td>${typeName(
      parameter['schema'] as JsonSchema,
    )} ${renderText(String(parameter['description'] ?? ''))}</td></tr>`;
  });
  const body = operation.requestBody ? `<p>Body</p>${renderContent(operation.requestBody)}` : '';
  const responses = Object.entries(operation.responses).map(
    ([status, response]) =>
      `<tr><td>${status}</td><td>${escapeHtml(String(response['description']))}</td><td>${contentName(response)}</td></tr>`,
  );
  return `<details id="${escapeHtml(operation.operationId)}">
<summary><span class="method">${method}</span><code>${escapeHtml(path)}</code><span class="access">${escapeHtml(access)}</span><span class="what">${escapeHtml(operation.summary)}</span></summary>
${operation.description === undefined ? '' : `<p>${renderText(operation.description)}</p>`}
${parameters.length > 0 ? `<table><tr><th>Parameter</th><th></th><th></th></tr>${parameters.join('')}</table>` : ''}
${body}
<table><tr><th>Status</th><th></th><th></th></tr>${responses.join('')}</table>
</details>`;
}

/** Text in which `code` is marked. */
function renderText(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function mediaTypes(holder: JsonSchema): [string, JsonSchema][] {
  return Object.entries((holder['content'] ?? {}) as Record<string, { schema: JsonSchema }>).map(
    ([type, { schema }]) => [type, schema],
  );
}

function contentName(holder: JsonSchema): string {
  return mediaTypes(holder)
    .map(([type, schema]) =>
      type === 'application/json' || type.endsWith('problem+json')
        ? typeName(schema)
        : `<code>${escapeHtml(type)}</code>`,
    )
    .join(', ');
}

function renderContent(holder: JsonSchema): string {
  return mediaTypes(holder)
    .map(([, schema]) => (typeof schema['$ref'] === 'string' ? `<p>${typeName(schema)}</p>` : renderSchema(schema)))
    .join('');
}

function renderSchema(schema: JsonSchema): string {
  return `<pre>${escapeHtml(JSON.stringify(schema, null, 2))}</pre>`;
}

/** A type in a word or two, linked when it has a name. */
function typeName(schema: JsonSchema): string {
  if (typeof schema['$ref'] === 'string') {
    const name = schema['$ref'].split('/').at(-1) ?? '';
    return `<a href="#schema-${escapeHtml(name)}">${escapeHtml(name)}</a>`;
  }
  if (schema['type'] === 'array') return `list of ${typeName((schema['items'] ?? {}) as JsonSchema)}`;
  const properties = schema['properties'] as Record<string, JsonSchema> | undefined;
  if (properties?.['items'] && 'next' in properties) return `page: ${typeName(properties['items'])}`;
  if (Array.isArray(schema['enum']))
    return schema['enum'].map((value) => `<code>${escapeHtml(String(value))}</code>`).join(' | ');
  return `<code>${escapeHtml(String(schema['type'] ?? 'any'))}</code>`;
}
