// Runs before the first paint; src/lib/theme.ts writes the choice.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem('holdfast.theme');
  } catch {
    // Storage may be forbidden; the system's theme will do.
  }
  const dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
