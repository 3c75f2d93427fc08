/** Text for HTML, in an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** A page of the server's own, in the look of the UI but without any of its files. */
export function renderPage(page: { title: string; body: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)} · Holdfast</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<main>
${page.body}
</main>
</body>
</html>
`;
}

export const PAGE_STYLE = `:root { color-scheme: light dark; --ink: #1c2024; --quiet: #5b636c; --line: #d9dde1; --back: #fff; --accent: #0b5bd3; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --quiet: #9aa3ad; --line: #343a40; --back: #14171a; --accent: #7cb0ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 14px/20px system-ui, sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 20px; line-height: 28px; font-weight: 600; margin: 0 0 8px; }
h2 { font-size: 16px; line-height: 24px; font-weight: 600; margin: 32px 0 8px; text-transform: none; }
p { margin: 8px 0; }
a { color: var(--accent); }
nav a { margin-right: 12px; }
code, pre { font: 12px/18px ui-monospace, monospace; }
details { border: 1px solid var(--line); border-radius: 6px; margin: 8px 0; padding: 8px 12px; }
summary { cursor: pointer; display: flex; flex-wrap: wrap; gap: 8px; align-items: baseline; }
summary .method { min-width: 56px; font-weight: 600; }
summary .access, .quiet { color: var(--quiet); }
summary .what { flex-basis: 100%; color: var(--quiet); }
pre { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; padding: 8px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 4px 8px 4px 0; border-bottom: 1px solid var(--line); font-weight: 400; }
th { color: var(--quiet); }
`;
