import type { Postmortem } from '../../../../src/contract/incident-postmortem.ts';
import { Button } from '../../components/button.tsx';
import { Time } from '../../components/time.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { listWords } from '../../lib/escalation-words.ts';
import { changedParts, joinEdits, PART_WORDS } from './join-edits.ts';
import type { PostmortemForm } from './postmortem-form.ts';
import { postmortemPath } from './postmortem-query.ts';

/** Somebody else saved while this one was typed: what they changed, and the ways on. Nothing typed is lost by looking. */
export function NewerVersion({
  theirs,
  forms,
  onTakeIn,
  onDrop,
}: {
  theirs: Postmortem;
  forms: { before: PostmortemForm; mine: PostmortemForm; theirs: PostmortemForm };
  onTakeIn: (form: PostmortemForm) => void;
  onDrop: () => void;
}) {
  const joined = joinEdits(forms.before, forms.mine, forms.theirs);
  const words = (parts: readonly (keyof PostmortemForm)[]) => listWords(parts.map((part) => PART_WORDS[part]));
  const changed = changedParts(forms.before, forms.theirs);
  return (
    <div role="alert" className="rounded-md border border-ask bg-ask-soft p-3 break-anywhere">
      <p className="font-semibold">
        {actorWords(theirs.writtenBy ?? '')} saved version {theirs.version}{' '}
        {theirs.writtenAt ? <Time at={theirs.writtenAt} /> : null} while you were writing.
      </p>
      <p>
        {changed.length === 0 ? 'Nothing in it differs from what you began with.' : `Changed there: ${words(changed)}.`}{' '}
        {joined.both.length === 0
          ? 'You changed other parts: taking it in keeps both.'
          : `You both changed: ${words(joined.both)}. There your text stays; read theirs before you save.`}
      </p>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <Button look="primary" onClick={() => onTakeIn(joined.form)}>
          Take in version {theirs.version}
        </Button>
        <Button onClick={onDrop}>Drop my changes…</Button>
        <a
          className="link py-2"
          href={`${postmortemPath(theirs.incidentId)}?format=html&version=${theirs.version}`}
          target="_blank"
          rel="noreferrer"
        >
          Read version {theirs.version}
        </a>
      </div>
    </div>
  );
}
