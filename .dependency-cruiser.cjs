// Data flows one way: machine -> drivers -> fuzz / bench -> report -> cli. See the README.
const only = (from, allowed) => ({
  name: `${from}-imports`,
  comment: `harness/${from} may import only: ${allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^harness/${from}/` },
  to: { path: '^(harness|targets)/', pathNot: [`^harness/${from}/`, ...allowed.map((a) => `^harness/${a}`)] },
})

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only('machine', []),
    only('drivers', ['machine/']),
    only('fuzz', [
      'machine/',
      'drivers/',
      'define',
      'results',
      'trace/',
      'registry',
      'folders',
      'user-error',
    ]),
    only('verify', [
      'machine/',
      'drivers/',
      'fuzz/',
      'define',
      'results',
      'trace/',
      'registry',
      'folders',
      'user-error',
    ]),
    only('litmus', ['machine/', 'drivers/']),
    only('trace', ['machine/', 'drivers/', 'define', 'results', 'user-error']),
    only('bench', ['machine/', 'drivers/', 'define', 'results', 'registry', 'user-error', 'data-file']),
    only('report', ['results', 'trace/', 'bench/statistics']),
    {
      name: 'targets-imports',
      comment: 'A system imports the vocabulary and the definitions, nothing else of the harness',
      severity: 'error',
      from: { path: '^targets/' },
      to: { path: '^harness/', pathNot: ['^harness/machine/index', '^harness/define'] },
    },
    {
      name: 'harness-knows-no-target',
      comment: 'Systems are found through the registry, at run time',
      severity: 'error',
      from: { path: '^harness/' },
      to: { path: '^targets/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/|^targets/[^/]+/test/' },
  },
}
