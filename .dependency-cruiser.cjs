// Who may call whom: docs/architecture.md, as rules. `npm run check` runs them and asserts that modules were seen.
const stages = ['observe', 'detect', 'respond', 'act'];
/** A stage may import earlier stages, and other modules only through their index. */
const laterStages = stages.slice(0, -1).map((stage, index) => ({
  name: `${stage}-not-later-stages`,
  comment: 'An earlier stage never imports a later one: a finding becomes an incident because app/ subscribes.',
  severity: 'error',
  from: { path: `^src/${stage}/` },
  to: { path: `^src/(${stages.slice(index + 1).join('|')})/` },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'contract-zod-only',
      severity: 'error',
      from: { path: '^src/contract/' },
      to: { pathNot: ['^src/contract/', '^node_modules/zod/'] },
    },
    {
      name: 'platform-only-platform',
      severity: 'error',
      from: { path: '^src/platform/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: ['^src/platform/', '^src/contract/'] },
    },
    ...laterStages,
    {
      name: 'modules-through-index',
      comment: 'A module of another folder is used through its index.ts.',
      severity: 'error',
      from: { path: '^src/(observe|detect|respond|act)/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/(observe|detect|respond|act)/[^/]+/', pathNot: ['^src/$1/$2/', '/index\\.ts$'] },
    },
    {
      name: 'stages-not-edges',
      severity: 'error',
      from: { path: '^src/(observe|detect|respond|act|platform|contract)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/(app|http|cli|demo|executors|channels|providers)/' },
    },
    {
      name: 'edges-through-index',
      comment: 'Executors, channels, http and cli know stages by their index only.',
      severity: 'error',
      from: { path: '^src/(executors|channels|http|cli)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/(observe|detect|respond|act)/[^/]+/', pathNot: '/index\\.ts$' },
    },
    {
      name: 'no-sibling-executors',
      severity: 'error',
      from: { path: '^src/(executors|channels|providers)/([^/]+)/' },
      to: { path: '^src/(executors|channels|providers)/', pathNot: '^src/$1/$2/' },
    },
    {
      name: 'app-only-from-outside',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(app|cli|main\\.ts)' },
      to: { path: '^src/app/' },
    },
    {
      name: 'http-not-app',
      severity: 'error',
      from: { path: '^src/http/' },
      to: { path: '^src/(cli|app|demo|executors|channels)/' },
    },
    {
      name: 'web-only-contract',
      severity: 'error',
      from: { path: '^web/src/' },
      to: { path: '^src/', pathNot: '^src/contract/' },
    },
    {
      name: 'no-tests-in-product',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$|/testing/' },
      to: { path: '^(test|bench)/|\\.test\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
