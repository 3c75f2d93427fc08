import { escapeHtml } from '../render-page.ts';

/** Where to say that one wants to hear of updates. */
export function renderSubscribePage(page: { name: string; mails: boolean; problem: string | null }): string {
  const form = `<form method="post" action="/status/subscribe">
<label for="email">Email address</label>
<input id="email" name="email" type="email" autocomplete="email" required maxlength="254">
<button type="submit">Subscribe</button>
</form>
<p class="quiet">You get a mail to confirm first. Each message has a link to unsubscribe.</p>`;
  return frame(
    page.name,
    `<h2>Get updates</h2>
${page.problem === null ? '' : `<p role="alert" class="problem">${escapeHtml(page.problem)}</p>`}
${page.mails ? form : '<p>Updates by mail are not offered here.</p>'}
<p>In a feed reader: <a href="/status/history.atom">Atom feed</a>.</p>`,
  );
}

/** Asks before something changes. */
export function renderAskPage(page: {
  name: string;
  path: string;
  token: string;
  question: string;
  button: string;
}): string {
  const action = `/status/${page.path}?token=${encodeURIComponent(page.token)}`;
  return frame(
    page.name,
    `<h2>${escapeHtml(page.question)}</h2>
<form method="post" action="${escapeHtml(action)}"><button type="submit">${escapeHtml(page.button)}</button></form>`,
  );
}

/** Says what was done. */
export function renderSaidPage(name: string, text: string): string {
  return frame(name, `<p role="status" class="overall">${escapeHtml(text)}</p>`);
}

function frame(name: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(name)} status: updates</title>
<link rel="stylesheet" href="/status/style.css">
</head>
<body>
<main>
<header><h1><a href="/status">${escapeHtml(name)} status</a></h1></header>
${body}
</main>
</body>
</html>
`;
}
