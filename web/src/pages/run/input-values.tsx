/** Named values; what is secret comes as `***`. */
export function InputValues({ names, values }: { names: readonly string[]; values: Readonly<Record<string, string>> }) {
  if (names.length === 0) return null;
  return (
    <dl className="mt-1.5 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5">
      {names.map((name) => (
        <div key={name} className="contents">
          <dt className="code-face text-quiet break-anywhere">{name}</dt>
          <dd className="code-face break-anywhere">{values[name] ?? 'not given yet'}</dd>
        </div>
      ))}
    </dl>
  );
}
