import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { kubeconfigFor } from './kubeconfig.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-kubeconfig-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'config');
writeFileSync(
  file,
  `apiVersion: v1
current-context: prod
clusters: [{name: c, cluster: {server: https://k, certificate-authority: ca.crt}}]
users: [{name: u, user: {client-certificate: /abs/u.crt, client-key: keys/u.key}}]
contexts: [{name: prod, context: {}}, {name: staging, context: {}}]
`,
);

it('is a copy with the context set and its files found, readable by its owner alone, gone afterwards', () => {
  const made = kubeconfigFor({ kubeconfig: file, context: 'staging' });
  expect(statSync(made.path).mode & 0o777).toBe(0o600);
  expect(parse(readFileSync(made.path, 'utf8'))).toMatchObject({
    'current-context': 'staging',
    clusters: [{ cluster: { 'certificate-authority': join(folder, 'ca.crt') } }],
    users: [{ user: { 'client-certificate': '/abs/u.crt', 'client-key': join(folder, 'keys/u.key') } }],
  });
  made.remove();
  expect(existsSync(made.path)).toBe(false);
});

it('is the file itself without a context, and refused with one it does not have', () => {
  expect(kubeconfigFor({ kubeconfig: file, context: null }).path).toBe(file);
  expect(() => kubeconfigFor({ kubeconfig: file, context: 'other' })).toThrow(
    'has no context other; it has prod, staging',
  );
  expect(() => kubeconfigFor({ kubeconfig: join(folder, 'none'), context: 'x' })).toThrow('ENOENT');
});
