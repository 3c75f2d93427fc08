import { queryOptions } from '@tanstack/react-query';
import type { Postmortem } from '../../../../src/contract/incident-postmortem.ts';
import { request } from '../../api/request.ts';

/** A postmortem with the mark of the version it was read at: writing it over somebody else's change is refused. */
export type ReadPostmortem = { postmortem: Postmortem; etag: string };

export const postmortemPath = (incident: string) => `/api/v1/incidents/${encodeURIComponent(incident)}/postmortem`;

export const postmortemQuery = (incident: string) =>
  queryOptions({
    queryKey: ['incidents', 'postmortem', incident],
    queryFn: async ({ signal }) => readAnswer(await request('GET', postmortemPath(incident), { signal })),
  });

export async function readAnswer(response: Response): Promise<ReadPostmortem> {
  return { postmortem: (await response.json()) as Postmortem, etag: response.headers.get('etag') ?? '*' };
}
