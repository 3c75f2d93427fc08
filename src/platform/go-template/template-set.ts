import { BUILTINS } from './builtins.ts';
import { execute, type Output } from './execute.ts';
import { sprint } from './fmt/print.ts';
import { escapeValue } from './html/escape-value.ts';
import { followHtml } from './html/follow-html.ts';
import { startContext } from './html/html-context.ts';
import { DEFAULT_RENDER_LIMITS, RenderBudget, type RenderLimits } from './limits.ts';
import { isEmptyTree, type Tree } from './nodes.ts';
import { parseTemplate } from './parse.ts';
import { type GoFunction, indirect, type Maybe } from './values/go-value.ts';

/** Named templates that may call each other. */
export type TemplateSet = {
  /** Adds a file's templates; a later one of a name replaces an earlier one. @throws TemplateError */
  add(name: string, text: string): void;
  has(name: string): boolean;
  /** Renders a text that may call the set's templates. @throws TemplateError */
  render(text: string, data: Maybe, options?: RenderOptions): string;
};

export type RenderOptions = {
  /** As Go's html/template: what values print is escaped for the place in the page where they stand. */
  html?: boolean;
  limits?: Partial<RenderLimits>;
  /** Functions for this rendering alone, in place of those of the set. */
  functions?: Readonly<Record<string, GoFunction>>;
};

const PARSED_AT_MOST = 500;

/** @param functions beside those every template has */
export function createTemplateSet(functions: Readonly<Record<string, GoFunction>>): TemplateSet {
  const trees = new Map<string, Tree>();
  /** Texts of receivers are rendered again and again. */
  const parsed = new Map<string, Tree[]>();
  const isFunction = (name: string) => Object.hasOwn(functions, name) || Object.hasOwn(BUILTINS, name);

  const parseOnce = (text: string): Tree[] => {
    const known = parsed.get(text);
    if (known) return known;
    const fresh = parseTemplate('', text, isFunction);
    if (parsed.size >= PARSED_AT_MOST) parsed.clear();
    parsed.set(text, fresh);
    return fresh;
  };

  return {
    add(name, text) {
      for (const tree of parseTemplate(name, text, isFunction)) put(trees, tree);
    },
    has: (name) => trees.has(name),
    render(text, data, options = {}) {
      const own = parseOnce(text);
      const all = own.length > 1 ? new Map(trees) : trees;
      for (const tree of own) if (tree.name !== '') put(all, tree);
      const main = own.find((tree) => tree.name === '');
      const budget = new RenderBudget({ ...DEFAULT_RENDER_LIMITS, ...options.limits });
      const printed: string[] = [];
      const output = options.html ? htmlOutput(printed, budget) : textOutput(printed, budget);
      const execution = {
        trees: all,
        budget,
        output,
        functions(name: string) {
          const replaced =
            options.functions && Object.hasOwn(options.functions, name) ? options.functions[name] : undefined;
          const run = replaced ?? (Object.hasOwn(functions, name) ? functions[name] : undefined);
          if (run) return { run, isBuiltin: false };
          const builtin = Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
          return builtin ? { run: builtin, isBuiltin: true } : null;
        },
      };
      if (main) execute(execution, main, data);
      return printed.join('');
    },
  };
}

/** What is wrong with a template's syntax, its functions included; null when nothing is. */
export function judgeTemplateSyntax(text: string, functions: Readonly<Record<string, GoFunction>>): string | null {
  try {
    parseTemplate('', text, (name) => Object.hasOwn(functions, name) || Object.hasOwn(BUILTINS, name));
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** A template that prints nothing never replaces another of its name: files hold only definitions at their top. */
function put(trees: Map<string, Tree>, tree: Tree): void {
  if (trees.has(tree.name) && isEmptyTree(tree.root)) return;
  trees.set(tree.name, tree);
}

function textOutput(printed: string[], budget: RenderBudget): Output {
  const print = (text: string) => {
    budget.chargeOutput(text);
    printed.push(text);
  };
  return {
    text: print,
    value: (value) => print(value === null ? '<no value>' : sprint([indirect(value)], budget)),
  };
}

function htmlOutput(printed: string[], budget: RenderBudget): Output {
  const context = startContext();
  const print = (text: string) => {
    budget.chargeOutput(text);
    printed.push(text);
  };
  return {
    text(text) {
      budget.charge(text.length);
      print(followHtml(context, text));
    },
    value: (value, functions) => print(escapeValue(context, value, functions, budget)),
  };
}
