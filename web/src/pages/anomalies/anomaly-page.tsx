import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { AnomalyDetail, FeedbackEffect } from '../../../../src/contract/anomaly.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button, buttonClasses } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { FactStrip } from '../../components/fact-strip.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { SideSection } from '../../components/side-section.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Time } from '../../components/time.tsx';
import { useSession } from '../../lib/use-session.ts';
import { anomalyList, anomalyQuery } from './anomaly-queries.ts';
import { CHANNEL_WORDS, FEEDBACK_STATES, oneIn, percent, WHAT_WORDS } from './anomaly-words.ts';
import { EventText } from './event-text.tsx';

type Verdict = 'normal' | 'confirmed';

const VERDICTS: Record<Verdict, { button: string; effect: string }> = {
  normal: {
    button: 'Call it normal',
    effect: 'It is counted as a false alarm. The stream has learned it already: the same again will be less strange.',
  },
  confirmed: {
    button: 'Confirm it',
    effect:
      'Its score is taken out of those that later events are ranked among, so that it does not hide the next one like it.',
  },
};

const SHOWN_SPANS = 12;

/** One anomaly: the event with what is strange in it, what would have been usual, how rare, and what people say. */
export function AnomalyPage(): ReactNode {
  const { id } = useParams({ from: '/app/anomalies/$id' });
  const { may } = useSession();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [effect, setEffect] = useState<FeedbackEffect | null>(null);
  const query = useQuery(anomalyQuery(id));
  const judge = useCommand({
    run: (body: { verdict: Verdict; reason: string }) =>
      sendJson<FeedbackEffect>('POST', `/api/v1/anomalies/${id}/feedback`, { body }),
    touches: [['anomalies'], ['streams'], ['findings']],
    onDone: setEffect,
  });
  const anomaly = query.data;
  const above = (
    <Link to="/anomalies" className="hover:underline">
      Anomalies
    </Link>
  );
  if (!anomaly) {
    return (
      <>
        <PageHeader title="Anomaly" above={above} />
        {query.error ? (
          <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <SkeletonRows rows={6} what="the anomaly" />
        )}
      </>
    );
  }
  const said = anomaly.feedback?.verdict ?? 'none';
  return (
    <>
      <PageHeader
        title={anomaly.summary}
        above={
          <>
            {above}
            <SeverityMark rank={anomaly.severity} />
          </>
        }
        state={<StateMark state={FEEDBACK_STATES[said]} soft />}
        actions={
          <>
            <a
              href={`/api/v1/anomalies/${anomaly.id}/evidence`}
              download={`${anomaly.id}.json`}
              className={buttonClasses('quiet')}
            >
              Download evidence
            </a>
            {may('operator')
              ? (['normal', 'confirmed'] as const)
                  .filter((each) => each !== said)
                  .map((each) => (
                    <Button key={each} onClick={() => setVerdict(each)}>
                      {VERDICTS[each].button}…
                    </Button>
                  ))
              : null}
          </>
        }
      />
      <FactStrip
        facts={[
          {
            label: 'Stream',
            value: (
              <Link to="/streams/$id" params={{ id: anomaly.streamId }} className="link">
                {anomaly.service}, {anomaly.streamKind}
              </Link>
            ),
          },
          { label: 'When', value: <Time at={anomaly.at} /> },
          {
            label: 'How rare',
            value: `${oneIn(anomaly.p)} (p ${anomaly.p}, alarm at ${anomaly.alpha})`,
          },
          { label: 'Ranked among', value: `${anomaly.calibrationSize.toLocaleString('en')} of its own scores` },
          { label: 'Score', value: anomaly.bits === null ? anomaly.score : `${anomaly.score} (${anomaly.bits} bits)` },
        ]}
      />
      {effect ? <EffectLine effect={effect} /> : null}
      {anomaly.feedback?.reason ? (
        <p className="mb-4">
          <span className="text-quiet">Reason given: </span>
          {anomaly.feedback.reason}
        </p>
      ) : null}
      <div className="grid grid-cols-1 gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,1fr)_320px]">
        <div className="min-w-0">
          <What anomaly={anomaly} />
        </div>
        <aside>
          <SideSection title="Of the same cause">
            <SameCause anomaly={anomaly} />
          </SideSection>
          {Object.keys(anomaly.attributes).length > 0 ? (
            <SideSection title="Sent with it">
              <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
                {Object.entries(anomaly.attributes).map(([name, value]) => (
                  <div key={name} className="contents">
                    <dt className="text-quiet">{name}</dt>
                    <dd className="code-face break-anywhere">
                      {typeof value === 'string' ? value : JSON.stringify(value)}
                    </dd>
                  </div>
                ))}
              </dl>
            </SideSection>
          ) : null}
        </aside>
      </div>
      {verdict ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => open || setVerdict(null)}
          title={VERDICTS[verdict].button}
          action={VERDICTS[verdict].button}
          pending="Saving…"
          reason="required"
          onConfirm={({ reason }) => judge.mutateAsync({ verdict, reason })}
        >
          <p>{VERDICTS[verdict].effect}</p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}

function EffectLine({ effect }: { effect: FeedbackEffect }) {
  return (
    <p role="status" className="mb-4">
      Of the last 24 hours’ events {effect.alarmRate === null ? 'none' : percent(effect.alarmRate)} were called
      anomalies; {effect.falseAlarmRate === null ? 'none' : percent(effect.falseAlarmRate)} were false alarms, where{' '}
      {percent(effect.alpha)} are put up with.
    </p>
  );
}

function What({ anomaly }: { anomaly: AnomalyDetail }) {
  return (
    <>
      {anomaly.event === null ? null : (
        <section aria-labelledby="event" className="mb-6">
          <h2 id="event" className="mb-2 text-lead">
            The {WHAT_WORDS[anomaly.what]}
          </h2>
          <EventText text={anomaly.event} spans={anomaly.spans} />
        </section>
      )}
      {anomaly.point ? (
        <section aria-labelledby="point" className="mb-6">
          <h2 id="point" className="mb-2 text-lead">
            {anomaly.point.series}
          </h2>
          <p>
            Measured {anomaly.point.value}
            {anomaly.point.expected
              ? `; between ${anomaly.point.expected[0]} and ${anomaly.point.expected[1]} was expected.`
              : '.'}
          </p>
        </section>
      ) : null}
      {anomaly.window ? <WindowChannels window={anomaly.window} /> : null}
      {anomaly.nearest ? (
        <section aria-labelledby="nearest" className="mb-6">
          <h2 id="nearest" className="mb-2 text-lead">
            Most like it, of what is known
          </h2>
          <p className="code-face rounded-md border border-line px-3 py-2.5 whitespace-pre-wrap break-anywhere">
            {anomaly.nearest.example}
          </p>
          <p className="code-face mt-1 text-small text-quiet break-anywhere">{anomaly.nearest.template}</p>
        </section>
      ) : null}
      {anomaly.values.length > 0 ? (
        <section aria-labelledby="values" className="mb-6">
          <h2 id="values" className="mb-2 text-lead">
            Unusual values
          </h2>
          <ul>
            {anomaly.values.map((value) => (
              <li key={value.from} className="border-b border-line py-2">
                <span className="code-face font-semibold break-anywhere">{value.text}</span>
                <span className="text-quiet">: usual in this place are {value.expected}</span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {anomaly.spans.length > 0 ? <SpanTable anomaly={anomaly} /> : null}
    </>
  );
}

/** Every bit of the score, as a table: what the lit text says, for those who cannot see it or want to add it up. */
function SpanTable({ anomaly }: { anomaly: AnomalyDetail }) {
  const strangest = anomaly.spans[0]?.bits ?? 1;
  const rest = anomaly.spans.slice(SHOWN_SPANS);
  return (
    <section aria-labelledby="bits" className="mb-6">
      <h2 id="bits" className="mb-1 text-lead">
        Where the bits come from
      </h2>
      <p className="mb-2 text-quiet">
        A bit is a yes-or-no question about the event that the stream’s past does not answer.
      </p>
      <table className="w-full border-collapse text-left">
        <caption className="sr-only">Bits of each stretch of the event</caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">Text</th>
            <th scope="col">Bits</th>
          </tr>
        </thead>
        <tbody>
          {anomaly.spans.slice(0, SHOWN_SPANS).map((span) => (
            <tr key={span.from} className="border-b border-line">
              <td className="h-9 w-px max-w-60 truncate pr-4 code-face whitespace-pre">{span.text.trim() || '␣'}</td>
              <td className="h-9">
                <span className="flex items-center gap-2">
                  <svg aria-hidden="true" className="h-2 flex-1" preserveAspectRatio="none" viewBox="0 0 100 1">
                    <rect
                      width={Math.max(0.5, (100 * span.bits) / strangest)}
                      height="1"
                      className="fill-line-strong"
                    />
                  </svg>
                  <span className="w-20 text-right whitespace-nowrap">{span.bits} bits</span>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rest.length > 0 ? (
        <p className="mt-2 text-small text-quiet">
          {rest.length} more with {Math.round(100 * rest.reduce((sum, span) => sum + span.bits, 0)) / 100} bits in all.
        </p>
      ) : null}
    </section>
  );
}

function WindowChannels({ window }: { window: NonNullable<AnomalyDetail['window']> }) {
  const { channels } = window;
  return (
    <section aria-labelledby="window" className="mb-6">
      <h2 id="window" className="mb-2 text-lead">
        Events {window.from.toLocaleString('en')} to {window.to.toLocaleString('en')}, as a whole
      </h2>
      {channels ? (
        <table className="w-full border-collapse text-left">
          <caption className="sr-only">How rare the window is, by channel</caption>
          <tbody>
            {(Object.keys(CHANNEL_WORDS) as (keyof typeof CHANNEL_WORDS)[]).map((channel) => (
              <tr key={channel} className="border-b border-line">
                <th scope="row" className="h-9 pr-4 text-left font-normal">
                  {CHANNEL_WORDS[channel]}
                </th>
                <td className="text-right">{oneIn(channels[channel])}</td>
                <td className="w-px pl-4 whitespace-nowrap text-bad">{channel === window.fired ? 'fired' : ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      <p className="mt-2 text-small text-quiet">
        Beside it, deciding nothing: compression distance {window.ncd}, compression ratio {window.ratio}, entropy{' '}
        {window.entropy} bits a byte.
      </p>
    </section>
  );
}

const SHOWN_SIBLINGS = 8;

function SameCause({ anomaly }: { anomaly: AnomalyDetail }) {
  const query = useInfiniteQuery(anomalyList({ cause: anomaly.cause, stream: anomaly.streamId }));
  const others = query.data?.pages.flatMap((page) => page.items).filter((other) => other.id !== anomaly.id);
  if (!others) return <p className="text-quiet">Looking…</p>;
  if (others.length === 0) return <p className="text-quiet">No other.</p>;
  return (
    <ul>
      {others.slice(0, SHOWN_SIBLINGS).map((other) => (
        <li key={other.id} className="flex justify-between gap-3 py-1">
          <Link to="/anomalies/$id" params={{ id: other.id }} className="truncate hover:underline">
            {other.summary}
          </Link>
          <Time at={other.at} className="shrink-0 text-quiet" />
        </li>
      ))}
      {others.length > SHOWN_SIBLINGS ? (
        <li className="pt-1 text-quiet">and {others.length - SHOWN_SIBLINGS} more</li>
      ) : null}
    </ul>
  );
}
