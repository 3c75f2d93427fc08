import { useEffect } from 'react';

/** Goes to what the address names behind its `#`: the browser looked for it before it was there. */
export function useScrollToHash(): void {
  useEffect(() => {
    const id = decodeURIComponent(window.location.hash.slice(1));
    if (id !== '') document.getElementById(id)?.scrollIntoView();
  }, []);
}
