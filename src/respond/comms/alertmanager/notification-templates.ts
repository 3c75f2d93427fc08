import { createTemplateSet, goString, type Maybe, NOTHING, textOf } from '../../../platform/go-template/index.ts';
import { DEFAULT_TEMPLATES } from './default-templates.ts';
import type { Notification } from './notification.ts';
import { templateData } from './template-data.ts';
import { createTemplateFunctions } from './template-functions.ts';

/** A file of `templates:` as it was read. */
export type TemplateFile = { name: string; text: string };

/** Renders the texts of one notification. @throws TemplateError in the words of Go's templates */
export type TextRenderer = {
  text(template: string): string;
  /** With values escaped for the place in a page where they stand. */
  html(template: string): string;
};

export type NotificationTemplates = {
  for(notification: Notification): TextRenderer;
  /** A route's labels, whose values may be templates and name each other. @throws TemplateError for one that needs itself */
  routeLabels(notification: Notification): Record<string, string>;
};

/**
 * The templates of a configuration: ours, and those of its files, which may replace ours.
 * @throws TemplateError naming file and line
 */
export function createNotificationTemplates(
  files: readonly TemplateFile[],
  now: () => Date = () => new Date(),
): NotificationTemplates {
  const set = createTemplateSet(createTemplateFunctions(now));
  set.add('default.tmpl', DEFAULT_TEMPLATES);
  for (const { name, text } of files) set.add(name, text);
  return {
    for(notification) {
      const data = templateData(notification);
      const functions = { routeLabels: routeLabelFunction((name) => notification.routeLabels[name] ?? '') };
      return {
        text: (template) => (template === '' ? '' : set.render(template, data, { functions })),
        html: (template) => (template === '' ? '' : set.render(template, data, { functions, html: true })),
      };
    },
    routeLabels(notification) {
      const data = templateData(notification);
      const rendered = new Map<string, string>();
      const underWay: string[] = [];
      const resolve = (name: string): string => {
        const known = rendered.get(name);
        if (known !== undefined) return known;
        const raw = Object.hasOwn(notification.routeLabels, name) ? (notification.routeLabels[name] ?? '') : '';
        if (underWay.includes(name)) throw new Error(`route label cycle detected: ${[...underWay, name].join(' -> ')}`);
        underWay.push(name);
        const text =
          raw === '' ? '' : set.render(raw, data, { functions: { routeLabels: routeLabelFunction(resolve) } });
        underWay.pop();
        rendered.set(name, text);
        return text;
      };
      return Object.fromEntries(Object.keys(notification.routeLabels).map((name) => [name, resolve(name)]));
    },
  };
}

function routeLabelFunction(resolve: (name: string) => string) {
  return {
    parameters: ['string' as const],
    call: ([name = NOTHING]: Maybe[]) => goString(resolve(textOf(name))),
  };
}
