import type { Weekday, WeekWindow } from '../../../../../src/contract/oncall.ts';
import { TextInput } from '../../../components/field.tsx';

export const DAYS: readonly { day: Weekday; word: string }[] = [
  { day: 'mon', word: 'Monday' },
  { day: 'tue', word: 'Tuesday' },
  { day: 'wed', word: 'Wednesday' },
  { day: 'thu', word: 'Thursday' },
  { day: 'fri', word: 'Friday' },
  { day: 'sat', word: 'Saturday' },
  { day: 'sun', word: 'Sunday' },
];
export const WORKING_HOURS: WeekWindow = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' };

/** Days of the week and a time of them. */
export function WindowFields({
  window,
  index,
  onChange,
}: {
  window: WeekWindow;
  index: number;
  onChange: (window: WeekWindow) => void;
}) {
  const toggle = (day: Weekday) =>
    onChange({
      ...window,
      days: DAYS.map((each) => each.day).filter((each) => window.days.includes(each) !== (each === day)),
    });
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      {DAYS.map(({ day, word }) => (
        <label key={day} className="flex min-h-8 items-center gap-1 max-sm:min-h-11">
          <input
            type="checkbox"
            className="size-4"
            checked={window.days.includes(day)}
            onChange={() => toggle(day)}
            aria-label={`${word}, hours ${index + 1}`}
          />
          {word.slice(0, 2)}
        </label>
      ))}
      <span className="flex basis-full items-center gap-2">
        <TextInput
          aria-label={`From, hours ${index + 1}`}
          className="w-24!"
          required
          pattern="([01]\d|2[0-3]):[0-5]\d"
          title="A time of day such as 09:00"
          value={window.from}
          onChange={(event) => onChange({ ...window, from: event.target.value })}
        />
        to
        <TextInput
          aria-label={`To, hours ${index + 1}`}
          className="w-24!"
          required
          pattern="([01]\d|2[0-3]):[0-5]\d|24:00"
          title="A time of day such as 17:00, or 24:00"
          value={window.to}
          onChange={(event) => onChange({ ...window, to: event.target.value })}
        />
      </span>
    </div>
  );
}
