import {
  BellOff,
  Check,
  CircleDashed,
  CircleDot,
  CircleHelp,
  CircleSlash,
  CornerDownRight,
  Hand,
  LoaderCircle,
  type LucideIcon,
  Pause,
  Undo2,
  X,
} from 'lucide-react';
import type { Shape, StateWords, Tone } from '../lib/words.ts';
import { joinClasses } from './join-classes.ts';

const ICONS: Record<Shape, LucideIcon> = {
  ring: CircleDashed,
  turning: LoaderCircle,
  tick: Check,
  cross: X,
  hand: Hand,
  question: CircleHelp,
  skip: CornerDownRight,
  stop: CircleSlash,
  undo: Undo2,
  pause: Pause,
  dot: CircleDot,
  mute: BellOff,
};

export const TONE_TEXT: Record<Tone, string> = {
  quiet: 'text-quiet',
  active: 'text-accent',
  good: 'text-good',
  bad: 'text-bad',
  ask: 'text-ask',
  doubt: 'text-doubt',
};

export const TONE_SOFT: Record<Tone, string> = {
  quiet: 'bg-sunken text-quiet',
  active: 'bg-accent-soft text-accent',
  good: 'bg-good-soft text-good',
  bad: 'bg-bad-soft text-bad',
  ask: 'bg-ask-soft text-ask',
  doubt: 'bg-doubt-soft text-doubt',
};

/** The shape of a state alone; whoever uses it says the word too. */
export function StateIcon({ state, size = 16 }: { state: StateWords; size?: number }) {
  const Icon = ICONS[state.shape];
  return (
    <Icon
      aria-hidden="true"
      size={size}
      strokeWidth={2.25}
      className={joinClasses('shrink-0', TONE_TEXT[state.tone], state.shape === 'turning' && 'turning')}
    />
  );
}

/** A state with shape and word. */
export function StateMark({ state, soft = false }: { state: StateWords; soft?: boolean }) {
  return (
    <span
      className={joinClasses(
        'inline-flex items-center gap-1.5 whitespace-nowrap align-bottom font-semibold',
        soft ? `rounded-sm px-2 py-0.5 ${TONE_SOFT[state.tone]}` : TONE_TEXT[state.tone],
      )}
    >
      <StateIcon state={state} size={soft ? 14 : 16} />
      {state.word}
    </span>
  );
}
