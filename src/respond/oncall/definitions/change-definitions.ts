import { isDeepStrictEqual } from 'node:util';
import type { OnCallDefinitions, OnCallFile } from '../../../contract/oncall-file.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { deleteOverridesOf } from '../override-store.ts';
import { tellOnCall } from '../tell-on-call.ts';
import { checkDefinitions, type DefinitionProblem } from './check-definitions.ts';
import {
  type DefinitionKind,
  type DefinitionSpecs,
  deleteDefinition,
  findDefinition,
  lockDefinitions,
  putDefinition,
  ROUTES,
} from './definition-store.ts';
import { type KnownThings, readWorld } from './read-world.ts';

export type ChangedDefinition = {
  kind: DefinitionKind;
  name: string;
  change: 'created' | 'changed' | 'unchanged' | 'deleted';
};
export type Changing = { at: Date; actor: string; known: KnownThings };

/** One thing to write or, without a spec, to delete. */
export type WantedDefinition = {
  [Kind in DefinitionKind]: { kind: Kind; name: string; spec: DefinitionSpecs[Kind] | null };
}[DefinitionKind];

/** In a file each kind has its own part. */
export const PART_OF: Readonly<Record<Exclude<DefinitionKind, 'routes'>, Exclude<keyof OnCallFile, 'routes'>>> = {
  calendar: 'calendars',
  scheme: 'schemes',
  team: 'teams',
  schedule: 'schedules',
  policy: 'policies',
};

/**
 * Writes and deletes definitions together, or none of them: refused when anything would then refer to what is not there
 * that did not before. What is written as it is already changes nothing.
 * @param options.check looks at the version before it is written over (an `If-Match`)
 * @returns what changed, and the warnings that hold now
 * @throws HoldfastError `oncall.refused` with `problems` (400)
 */
export async function changeDefinitions(
  tx: Tx,
  wanted: readonly WantedDefinition[],
  by: Changing,
  options: { check?: (version: number) => void } = {},
): Promise<{ changes: ChangedDefinition[]; warnings: DefinitionProblem[] }> {
  await lockDefinitions(tx);
  const before = checkDefinitions(await readWorld(tx, by.known), by.at.getTime());
  const changes: ChangedDefinition[] = [];
  for (const each of wanted) changes.push(await changeOne(tx, each, by, options));
  const after = checkDefinitions(await readWorld(tx, by.known), by.at.getTime());
  const known = new Set(before.map(tellApart));
  const fresh = after.filter((problem) => problem.severity === 'error' && !known.has(tellApart(problem)));
  if (fresh.length > 0) throw new DefinitionsRefused(fresh);
  return { changes, warnings: after.filter((problem) => problem.severity === 'warning') };
}

async function changeOne(
  tx: Tx,
  wanted: WantedDefinition,
  by: Changing,
  options: { check?: (version: number) => void },
): Promise<ChangedDefinition> {
  const { kind, name, spec } = wanted;
  const old = await findDefinition(tx, kind, name);
  options.check?.(old?.version ?? 0);
  const tell = async (change: 'created' | 'changed' | 'deleted'): Promise<ChangedDefinition> => {
    await tellOnCall(tx, { what: kind, name: kind === 'routes' ? 'routes' : name, change, at: by.at, actor: by.actor });
    return { kind, name, change };
  };
  if (spec === null) {
    if (!old) return { kind, name, change: 'unchanged' };
    await deleteDefinition(tx, kind, name);
    if (kind === 'schedule') await deleteOverridesOf(tx, name);
    return tell('deleted');
  }
  if (old && isDeepStrictEqual(old.spec, spec)) return { kind, name, change: 'unchanged' };
  await putDefinition(tx, kind, { name, spec: spec as DefinitionSpecs[typeof kind], at: by.at, by: by.actor });
  return tell(old ? 'changed' : 'created');
}

/** A problem apart from where in a list it stands: something else may have been put in before it. */
function tellApart({ path, message }: DefinitionProblem): string {
  return JSON.stringify([path.filter((part) => typeof part === 'string'), message]);
}

/** Definitions that refer to what is not there. */
export class DefinitionsRefused extends HoldfastError {
  readonly problems: readonly DefinitionProblem[];

  constructor(problems: readonly DefinitionProblem[]) {
    const lines = problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
    super({
      code: 'oncall.refused',
      kind: 'invalid',
      message:
        lines.length === 1 ? lines[0]! : `${lines.length} problems:\n${lines.map((line) => `  ${line}`).join('\n')}`,
      hint: 'Nothing was changed. Define what is missing first, or in the same file.',
    });
    this.problems = problems;
  }
}

/** What a file asks for. With `prune` whatever it does not name is deleted. */
export function wantedByFile(file: OnCallFile, existing: OnCallDefinitions, prune: boolean): WantedDefinition[] {
  const parts = Object.entries(PART_OF) as [Exclude<DefinitionKind, 'routes'>, Exclude<keyof OnCallFile, 'routes'>][];
  const written = parts.flatMap(([kind, part]) =>
    Object.entries(file[part]).map(([name, spec]) => ({ kind, name, spec }) as WantedDefinition),
  );
  const pruned = prune
    ? parts.flatMap(([kind, part]) =>
        Object.keys(existing[part])
          .filter((name) => !Object.hasOwn(file[part], name))
          .map((name) => ({ kind, name, spec: null }) as WantedDefinition),
      )
    : [];
  const routes = file.routes ?? (prune ? [] : null);
  return [...written, ...pruned, ...(routes === null ? [] : [{ kind: 'routes' as const, name: ROUTES, spec: routes }])];
}
