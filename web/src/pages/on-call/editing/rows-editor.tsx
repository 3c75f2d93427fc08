import { ArrowDown, ArrowUp, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../../components/button.tsx';

/** A list that is put in order by hand: add, move up, move down, take away. */
export function RowsEditor<Row>({
  legend,
  help,
  rows,
  onChange,
  begin,
  add,
  nameOf,
  children,
  framed = false,
  least = 0,
}: {
  legend: string;
  help?: string;
  rows: readonly Row[];
  onChange: (rows: Row[]) => void;
  begin: () => Row;
  /** What the button that adds one says. */
  add: string;
  /** What a row is called to who cannot see it. */
  nameOf: (row: Row, index: number) => string;
  children: (row: Row, change: (row: Row) => void, index: number) => ReactNode;
  /** Rows of several fields are set apart by a line. */
  framed?: boolean;
  /** So many stay. */
  least?: number;
}) {
  const put = (index: number, row: Row) => onChange(rows.map((each, at) => (at === index ? row : each)));
  const move = (index: number, by: -1 | 1) => {
    const next = [...rows];
    const [row] = next.splice(index, 1);
    if (row !== undefined) next.splice(index + by, 0, row);
    onChange(next);
  };
  const controls = (row: Row, index: number) => (
    <div className="flex shrink-0 gap-1 max-sm:justify-end">
      {rows.length > 1 ? (
        <>
          <IconButton label={`Move ${nameOf(row, index)} up`} disabled={index === 0} onClick={() => move(index, -1)}>
            <ArrowUp aria-hidden="true" size={16} />
          </IconButton>
          <IconButton
            label={`Move ${nameOf(row, index)} down`}
            disabled={index === rows.length - 1}
            onClick={() => move(index, 1)}
          >
            <ArrowDown aria-hidden="true" size={16} />
          </IconButton>
        </>
      ) : null}
      {rows.length > least ? (
        <IconButton
          label={`Take ${nameOf(row, index)} away`}
          onClick={() => onChange(rows.filter((_each, at) => at !== index))}
        >
          <X aria-hidden="true" size={16} />
        </IconButton>
      ) : null}
    </div>
  );
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 font-semibold">{legend}</legend>
      {help ? <p className="mb-2 text-small text-quiet">{help}</p> : null}
      <ol className="flex flex-col gap-2">
        {rows.map((row, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own, their place is what they are
            key={index}
            className={
              framed
                ? 'border-l-2 border-line-strong pl-3'
                : 'flex items-start gap-2 max-sm:flex-col max-sm:items-stretch max-sm:gap-1'
            }
          >
            {framed ? (
              <div className="mb-1 flex items-center justify-between gap-2">
                <span className="min-w-0 font-semibold break-anywhere first-letter:uppercase">
                  {nameOf(row, index)}
                </span>
                {controls(row, index)}
              </div>
            ) : null}
            <div className="min-w-0 flex-1">{children(row, (changed) => put(index, changed), index)}</div>
            {framed ? null : controls(row, index)}
          </li>
        ))}
      </ol>
      <Button className="mt-2" onClick={() => onChange([...rows, begin()])}>
        {add}
      </Button>
    </fieldset>
  );
}

function IconButton({
  label,
  children,
  ...rest
}: {
  label: string;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <Button look="quiet" aria-label={label} title={label} className="h-9 w-9 px-0! max-sm:w-11" {...rest}>
      {children}
    </Button>
  );
}
