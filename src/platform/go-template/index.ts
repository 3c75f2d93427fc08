export { formatFloat } from './fmt/format-float.ts';
export { SAFE_HTML, SAFE_URL } from './html/escape-value.ts';
export { onText, SHARED_FUNCTIONS, toSeconds } from './shared-functions.ts';
export { createTemplateSet, judgeTemplateSyntax, type TemplateSet } from './template-set.ts';
export { titleCase } from './title-case.ts';
export { goDuration } from './values/go-duration.ts';
export { goTime, goTimeFromMs, goZeroTime, timeDifference, timeOf } from './values/go-time.ts';
export {
  ANY_LIST,
  ANY_MAP,
  compareBytes,
  defineType,
  entriesOf,
  fieldOf,
  type GoFunction,
  type GoType,
  type GoValue,
  goFloat,
  goString,
  goStrings,
  itemsOf,
  type Maybe,
  NOTHING,
  STRING,
  textOf,
} from './values/go-value.ts';
export { marshalJson, nameJsonFields } from './values/marshal-json.ts';
export { formatTime, parseTime } from './values/time-layout.ts';
export { loadZone } from './values/time-zones.ts';
