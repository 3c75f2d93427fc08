import type { ReactNode } from 'react';
import type { Postmortem } from '../../../../src/contract/incident-postmortem.ts';
import { SideSection } from '../../components/side-section.tsx';
import { Time } from '../../components/time.tsx';
import { EvidenceLink } from './evidence-link.tsx';
import { MOMENT_WORDS } from './moment-words.ts';

const UNWRITTEN = <p className="text-quiet">Not written yet.</p>;

/** The same for those who may read it only. */
export function PostmortemReading({ postmortem }: { postmortem: Postmortem }): ReactNode {
  const prose = (text: string) =>
    text.trim() === '' ? UNWRITTEN : <p className="whitespace-pre-wrap break-anywhere">{text}</p>;
  return (
    <div className="max-w-3xl">
      <SideSection title="Summary">{prose(postmortem.summary)}</SideSection>
      <SideSection title="Services affected">{prose(postmortem.services.join('\n'))}</SideSection>
      <SideSection title="Timeline">
        <ol>
          {postmortem.timeline.map((line) => (
            <li key={`${line.at} ${line.moment} ${line.text}`} className="py-1 break-anywhere">
              <Time at={line.at} className="text-quiet" /> <strong>{MOMENT_WORDS[line.moment]}</strong>: {line.text}
            </li>
          ))}
        </ol>
      </SideSection>
      <SideSection title="Root cause">{prose(postmortem.rootCause)}</SideSection>
      <SideSection title="Resolution">{prose(postmortem.resolution)}</SideSection>
      <SideSection title="Action items" count={postmortem.actionItems.length}>
        <ul>
          {postmortem.actionItems.map(({ text, owner, due, done }) => (
            <li key={`${text} ${owner} ${due}`} className="py-1 break-anywhere">
              {done ? 'Done: ' : ''}
              {text}
              <span className="text-quiet">
                {owner ? `, ${owner}` : ''}
                {due ? `, due ${due}` : ''}
              </span>
            </li>
          ))}
        </ul>
      </SideSection>
      <SideSection title="Evidence" count={postmortem.evidence.length}>
        <ul>
          {postmortem.evidence.map((each) => (
            <li key={`${each.ref} ${each.url} ${each.text}`} className="py-1 break-anywhere">
              <EvidenceLink evidence={each} />
            </li>
          ))}
        </ul>
      </SideSection>
    </div>
  );
}
