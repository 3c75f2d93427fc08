import { readLooseYaml } from '../../../platform/yaml/loose-yaml.ts';

/**
 * A structure whose texts, keys too, are templates. What renders as YAML that is more than a text becomes that: a number,
 * a list. Its own texts are taken as they are, never read a second time.
 */
export function renderStructure(value: unknown, render: (template: string) => string): unknown {
  if (typeof value === 'string') {
    const text = render(value);
    const read = readLooseYaml(text);
    return read === null || typeof read.value === 'string' ? text : read.value;
  }
  if (Array.isArray(value)) return value.map((item) => renderStructure(item, render));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [render(key), renderStructure(item, render)]));
  return value;
}
