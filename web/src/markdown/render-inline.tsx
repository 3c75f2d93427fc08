import { Link } from '@tanstack/react-router';
import type { PhrasingContent } from 'mdast';
import { Fragment, type ReactNode } from 'react';
import type { MarkdownDocument } from './parse-markdown.ts';
import { type SafeUrl, safeUrl } from './safe-url.ts';

/** The document a node is of, and its path, by which relative links are read. */
export type InlineContext = { path: string; document: MarkdownDocument };

/** Text inside a paragraph as React elements. HTML stays the text it is written as. */
export function renderInline(nodes: readonly PhrasingContent[], context: InlineContext): ReactNode {
  return nodes.map((node, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a parsed document never changes
    <Fragment key={index}>{renderNode(node, context)}</Fragment>
  ));
}

function renderNode(node: PhrasingContent, context: InlineContext): ReactNode {
  switch (node.type) {
    case 'text':
      return node.value;
    case 'emphasis':
      return <em>{renderInline(node.children, context)}</em>;
    case 'strong':
      return <strong>{renderInline(node.children, context)}</strong>;
    case 'delete':
      return <del>{renderInline(node.children, context)}</del>;
    case 'inlineCode':
      return <code className="code-face rounded-sm bg-sunken px-1 py-0.5 break-anywhere">{node.value}</code>;
    case 'break':
      return <br />;
    case 'link':
      return <SafeLink url={node.url} path={context.path} text={renderInline(node.children, context)} />;
    case 'linkReference': {
      const definition = context.document.definitions.get(node.identifier);
      const text = renderInline(node.children, context);
      return definition ? <SafeLink url={definition.url} path={context.path} text={text} /> : <>[{text}]</>;
    }
    case 'image':
      return <SafeLink url={node.url} path={context.path} text={`Image: ${node.alt || node.url}`} />;
    case 'imageReference':
      return <>Image: {node.alt ?? node.label}</>;
    case 'footnoteReference':
      return <sup>{node.label ?? node.identifier}</sup>;
    case 'html':
      // `<service>` in a sentence is a placeholder far more often than a tag.
      return /^<!--/.test(node.value) ? null : /^<br\s*\/?>$/i.test(node.value) ? <br /> : node.value;
    default:
      return null;
  }
}

function SafeLink({ url, path, text }: { url: string; path: string; text: ReactNode }) {
  const safe: SafeUrl | null = safeUrl(url, path);
  if (!safe) return <>{text}</>;
  if (safe.external) {
    return (
      <a href={safe.href} target="_blank" rel="noopener noreferrer" className="link break-anywhere">
        {text}
      </a>
    );
  }
  if (safe.href.startsWith('/runbooks/')) {
    const [to, hash] = safe.href.split('#');
    return (
      <Link to={to as string} {...(hash ? { hash } : {})} className="link break-anywhere">
        {text}
      </Link>
    );
  }
  return (
    <a href={safe.href} rel="noopener" className="link break-anywhere">
      {text}
    </a>
  );
}
