import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openRunbookLibrary } from '../../act/runbooks/index.ts';
import type { HoldfastConfig } from '../../platform/config/load-config.ts';
import { findPackage } from '../../platform/package/package-root.ts';
import { bad, type Examined, good, warning } from './examined.ts';

type Labels = Readonly<Record<string, string>>;

/** Runbooks: the folders are there, every file can be read, every trigger can fire, signed-off procedures exist. */
export async function examineRunbooks(
  config: Pick<HoldfastConfig, 'runbooks' | 'probes' | 'signOff'>,
): Promise<Examined[]> {
  const examined: Examined[] = [];
  for (const folder of config.runbooks) {
    const found = await stat(folder).catch(() => null);
    if (!found?.isDirectory())
      examined.push(
        bad(
          'runbooks',
          `${folder} is ${found ? 'not a folder' : 'not there'}`,
          'Make it, or correct `runbooks` in the configuration.',
        ),
      );
  }
  const own = openRunbookLibrary({ folders: config.runbooks });
  const shipped = openRunbookLibrary({ folders: [join(findPackage().root, 'runbooks')] });
  try {
    const ownRunbooks = await own.list();
    const ownPaths = new Set(ownRunbooks.map(({ path }) => path));
    const runbooks = [...ownRunbooks, ...(await shipped.list()).filter(({ path }) => !ownPaths.has(path))];
    for (const { path, problem } of runbooks) {
      if (problem !== null) {
        examined.push(
          bad(`runbook ${path}`, problem, `Correct it; holdfast runbook show ${path} tells when it is right.`),
        );
      }
    }
    const readable = runbooks.filter(({ problem }) => problem === null);
    const procedures = readable.reduce((sum, runbook) => sum + runbook.procedures.length, 0);
    if (examined.length === 0) {
      examined.push(
        good('runbooks', `${readable.length} read, with ${procedures} procedure${procedures === 1 ? '' : 's'}`),
      );
    }

    const labels = Object.entries(config.probes).map(([probe, spec]): Labels => ({ ...spec.labels, probe }));
    for (const { path, triggers } of ownRunbooks) {
      for (const trigger of triggers) {
        if (!labels.some((each) => isCoveredBy(trigger, each))) {
          examined.push(
            warning(
              `runbook ${path}`,
              `its trigger ${describe(trigger)} matches no probe: it will never start by itself`,
              'Give a probe these labels, or correct the trigger in the front matter.',
            ),
          );
        }
      }
    }
    for (const { runbook, procedure } of config.signOff) {
      const there = readable.find(({ path }) => path === runbook)?.procedures.some(({ slug }) => slug === procedure);
      if (!there)
        examined.push(
          warning(
            `sign-off ${runbook}#${procedure}`,
            'names no procedure that is there',
            'Correct it below `signOff`; holdfast runbook ls lists what there is.',
          ),
        );
    }
    return examined;
  } finally {
    own.close();
    shipped.close();
  }
}

function isCoveredBy(trigger: Labels, labels: Labels): boolean {
  const wanted = Object.entries(trigger);
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
}

function describe(trigger: Labels): string {
  return `{${Object.entries(trigger)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')}}`;
}
