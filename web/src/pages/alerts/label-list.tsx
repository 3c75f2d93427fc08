/** Labels as they are known from everywhere: `name=value`, the alert's own name first. */
export function LabelList({ labels, without = [] }: { labels: Readonly<Record<string, string>>; without?: string[] }) {
  const entries = Object.entries(labels)
    .filter(([name]) => !without.includes(name))
    .sort(([left], [right]) => Number(right === 'alertname') - Number(left === 'alertname'));
  return (
    <span className="flex flex-wrap gap-x-3 gap-y-0.5">
      {entries.map(([name, value]) => (
        <span key={name} className="code-face break-anywhere">
          <span className="text-quiet">{name}=</span>
          {value}
        </span>
      ))}
    </span>
  );
}
