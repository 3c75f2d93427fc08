import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '../api/request.ts';
import { sentenceCase } from '../lib/sentence-case.ts';
import { Button } from './button.tsx';

/** What went wrong in words: what happened, what to do, the request's id small. */
export function ErrorPanel({
  error,
  onRetry,
  children,
}: {
  error: unknown;
  onRetry?: () => void;
  children?: ReactNode;
}) {
  const api = error instanceof ApiError ? error : null;
  return (
    <div role="alert" className="flex gap-2 rounded-md border border-bad bg-bad-soft p-3">
      <CircleAlert aria-hidden="true" size={16} className="mt-0.5 shrink-0 text-bad" />
      <div className="min-w-0 break-anywhere">
        <p className="font-semibold">{sentence(api ? api.message : 'This page could not be shown.')}</p>
        {api?.hint ? <p>{api.hint}</p> : null}
        {api ? null : (
          <p>{error instanceof Error ? error.message : String(error)}. Reload the page; if it stays, report it.</p>
        )}
        {api && api.fields.length > 1 ? (
          <ul className="mt-1 list-disc pl-4">
            {api.fields.map((field) => (
              <li key={`${field.path} ${field.message}`}>
                {field.path}: {field.message}
              </li>
            ))}
          </ul>
        ) : null}
        {children}
        {api ? (
          <p className="mt-1 text-small text-quiet">
            {api.code}
            {api.requestId ? ` · request ${api.requestId}` : ''}
          </p>
        ) : null}
        {onRetry ? (
          <Button className="mt-2" onClick={onRetry}>
            Try again
          </Button>
        ) : null}
      </div>
    </div>
  );
}

/** Messages begin in lower case where logs quote them; here they are sentences. */
function sentence(text: string): string {
  const first = sentenceCase(text);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
