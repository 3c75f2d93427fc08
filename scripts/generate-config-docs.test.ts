import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { validateConfig } from '../src/platform/config/load-config.ts';
import { CONFIG_DOCS, EXAMPLE, renderConfigDocs } from './generate-config-docs.ts';

test('docs/configuration.md is what the schema says (else run scripts/generate-config-docs.ts)', () => {
  expect(readFileSync(CONFIG_DOCS, 'utf8')).toBe(renderConfigDocs());
});

test('every setting is described', () => {
  const undescribed = renderConfigDocs()
    .split('\n')
    .filter((line) => /^\| `.*\|\s*\|$/.test(line));
  expect(undescribed).toEqual([]);
});

test('the example in the documentation is valid', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'holdfast-docs-'));
  try {
    writeFileSync(join(cwd, 'holdfast.yaml'), EXAMPLE);
    expect(validateConfig({ flags: {}, env: {}, cwd })).toMatchObject({ valid: true, warnings: [] });
  } finally {
    rmSync(cwd, { recursive: true });
  }
});
