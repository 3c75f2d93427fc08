import { joinClasses } from './join-classes.ts';

/** Commands or output as they are. It scrolls by itself, by keyboard too, so the page never does sideways. */
export function CodeView({
  text,
  label,
  tall = false,
  wrap = false,
  className,
}: {
  text: string;
  label: string;
  tall?: boolean;
  wrap?: boolean;
  className?: string;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a named region, so that screen readers can find what scrolls
    <pre
      role="region"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className={joinClasses(
        'code-face overflow-auto rounded-md border border-line bg-sunken px-3 py-2',
        wrap ? 'whitespace-pre-wrap break-anywhere' : 'whitespace-pre',
        !tall && 'max-h-80',
        className,
      )}
    >
      {text}
    </pre>
  );
}
