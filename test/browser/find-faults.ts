import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

type AxeResults = { violations: { id: string; impact: string | null; nodes: { html: string }[] }[] };

/** Brings axe into a page, whose context must bypass its policy. */
export async function addChecker(page: Page): Promise<void> {
  await page.addScriptTag({ content: axeSource });
}

/**
 * What axe finds on a page that has it, one line each.
 * @param rules only these rules; all of WCAG 2.2 AA unless told
 */
export async function findFaults(page: Page, rules?: readonly string[]): Promise<string[]> {
  const runOnly = rules ? { type: 'rule', values: rules } : { type: 'tag', values: WCAG };
  // Style sheets are not fetched once more: no rule of these reads them.
  const options = { runOnly, resultTypes: ['violations'], preload: false };
  const results = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as AxeResults;
  return results.violations.map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes[0]?.html ?? ''}`);
}
