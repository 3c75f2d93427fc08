import type { Code, ListItem, RootContent, Table } from 'mdast';
import { createElement, Fragment, type ReactNode } from 'react';
import { type InlineContext, renderInline } from './render-inline.tsx';

export type BlockContext = InlineContext & {
  /** Shown in place of a fence; undefined leaves it as plain code. */
  renderFence?: (node: Code) => ReactNode | undefined;
  /** Shown before a block (at the beginning of a list item): what stands in the margin beside it. */
  renderBefore?: (node: RootContent) => ReactNode | undefined;
  /** Shown behind a block (a list item, a paragraph, a heading), inside what holds it. */
  renderAfter?: (node: RootContent) => ReactNode | undefined;
};

const HEADING_LOOKS = ['', 'text-title', 'text-title', 'text-lead', 'text-body', 'text-body', 'text-body'];

/** Blocks of a document as React elements. */
export function renderBlocks(nodes: readonly RootContent[], context: BlockContext): ReactNode {
  return nodes.map((node, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a parsed document never changes
    <Fragment key={index}>
      {node.type === 'listItem' ? null : context.renderBefore?.(node)}
      {renderBlock(node, context)}
      {node.type === 'listItem' ? null : context.renderAfter?.(node)}
    </Fragment>
  ));
}

function renderBlock(node: RootContent, context: BlockContext): ReactNode {
  switch (node.type) {
    case 'paragraph':
      return <p className="my-2 break-anywhere">{renderInline(node.children, context)}</p>;
    case 'heading': {
      // The page's own title is the only h1.
      const level = Math.min(node.depth + 1, 6);
      return createElement(
        `h${level}`,
        {
          id: context.document.headingIds.get(node),
          className: `mt-6 mb-2 break-anywhere first:mt-0 ${HEADING_LOOKS[level]}`,
        },
        renderInline(node.children, context),
      );
    }
    case 'list': {
      const items = node.children.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a parsed document never changes
        <li key={index} className="my-1 min-w-0 pl-1 marker:text-quiet">
          <Item node={item} context={context} />
        </li>
      ));
      return node.ordered ? (
        <ol start={node.start ?? 1} className="my-2 list-decimal pl-6 max-sm:pl-5">
          {items}
        </ol>
      ) : (
        <ul
          className={`my-2 pl-6 max-sm:pl-5 ${node.children.every((item) => typeof item.checked === 'boolean') ? 'list-none' : 'list-disc'}`}
        >
          {items}
        </ul>
      );
    }
    case 'code':
      return context.renderFence?.(node) ?? <PlainCode node={node} />;
    case 'blockquote':
      return (
        <blockquote className="my-2 border-l-2 border-line-strong pl-3 text-quiet">
          {renderBlocks(node.children, context)}
        </blockquote>
      );
    case 'table':
      return <DocumentTable node={node} context={context} />;
    case 'thematicBreak':
      return <hr className="my-4 border-line" />;
    case 'html':
      return /^\s*<!--/.test(node.value) ? null : <p className="my-2 text-quiet break-anywhere">{node.value}</p>;
    case 'footnoteDefinition':
      return (
        <div className="my-2 flex gap-2 text-quiet">
          <sup>{node.label ?? node.identifier}</sup>
          <div>{renderBlocks(node.children, context)}</div>
        </div>
      );
    default:
      return null;
  }
}

function Item({ node, context }: { node: ListItem; context: BlockContext }) {
  return (
    <>
      {context.renderBefore?.(node)}
      {typeof node.checked === 'boolean' ? (
        <span role="img" aria-label={node.checked ? 'ticked' : 'not ticked'} className="float-left mr-2">
          {node.checked ? '☑' : '☐'}
        </span>
      ) : null}
      {renderBlocks(node.children, context)}
      {context.renderAfter?.(node)}
    </>
  );
}

function PlainCode({ node }: { node: Code }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a named region, so that screen readers can find what scrolls
    <pre
      role="region"
      aria-label={node.lang ? `${node.lang} text` : 'Text'}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="code-face my-2 overflow-x-auto rounded-md border border-line bg-sunken px-3 py-2"
    >
      {node.value}
    </pre>
  );
}

function DocumentTable({ node, context }: { node: Table; context: BlockContext }) {
  const [head, ...body] = node.children;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a named region, so that screen readers can find what scrolls
    <div
      role="region"
      aria-label="Table"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="my-3 overflow-x-auto"
    >
      <table className="border-collapse text-left">
        <thead>
          <tr>
            {head?.children.map((cell, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a parsed document never changes
              <th key={index} scope="col" className="border-b border-line-strong py-1 pr-6 align-bottom">
                {renderInline(cell.children, context)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a parsed document never changes
            <tr key={index}>
              {row.children.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a parsed document never changes
                <td key={column} className="border-b border-line py-1 pr-6 align-top">
                  {renderInline(cell.children, context)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
