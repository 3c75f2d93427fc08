import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';

/** A secret that the server will not say again. */
export function OnceShown({
  title,
  secret,
  what,
  onHide,
}: {
  title: string;
  secret: string;
  what: string;
  onHide: () => void;
}) {
  return (
    <div role="status" className="mb-4 rounded-md border border-ask bg-ask-soft p-3">
      <p className="font-semibold">{title}</p>
      <p className="mt-1.5 flex items-center gap-1">
        <code className="code-face min-w-0 rounded-sm bg-page px-2 py-1 break-anywhere select-all">{secret}</code>
        <CopyButton text={secret} what={what} />
      </p>
      <Button className="mt-2" onClick={onHide}>
        I have stored it, hide it
      </Button>
    </div>
  );
}
