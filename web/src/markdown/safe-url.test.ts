import { describe, expect, it } from 'vitest';
import { safeUrl, slugOf } from './safe-url.ts';

const hrefOf = (url: string) => safeUrl(url, 'db/failover.md')?.href ?? null;

describe('links of a document', () => {
  it.each([
    ['https://wiki.example.com/x?y=1', 'https://wiki.example.com/x?y=1'],
    ['mailto:oncall@example.com', 'mailto:oncall@example.com'],
    ['#after-the-failover', '#doc-after-the-failover'],
    ['./restore.md', '/runbooks/db/restore.md'],
    ['../README.md#start', '/runbooks/README.md#doc-start'],
    ['/incidents', '/incidents'],
  ])('%s leads to %s', (url, href) => {
    expect(hrefOf(url)).toBe(href);
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://x/1',
    '//evil.example.com',
    '/\\evil.example.com',
    '\\\\evil.example.com',
    '../../../etc',
    '',
  ])('%j stays text', (url) => {
    expect(safeUrl(url, 'db/failover.md')).toBeNull();
  });

  it('names headings as GitHub does', () => {
    expect(slugOf('Order export: stalls (P3)!')).toBe('order-export-stalls-p3');
    expect(slugOf('Überblick & Lage')).toBe('überblick--lage');
  });
});
