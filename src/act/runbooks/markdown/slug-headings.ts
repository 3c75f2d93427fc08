/** Makes the anchors GitHub gives to headings, each one once per document: `steps`, `steps-1`, `steps-2`. */
export function headingSlugs(): (title: string) => string {
  const taken = new Set<string>();
  return (title) => {
    const plain = slugOf(title) || 'section';
    let slug = plain;
    for (let count = 1; taken.has(slug); count++) slug = `${plain}-${count}`;
    taken.add(slug);
    return slug;
  };
}

/** `2. Canary Deployment (10%)` → `2-canary-deployment-10`. */
export function slugOf(title: string): string {
  return title
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}
