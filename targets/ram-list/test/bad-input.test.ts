import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { corpusFiles } from '#harness/fuzz/matrix.js'
import { contents, emptyFolder, rcufuzz, root } from '../../../test/cli/cli.js'

const good = (): string => {
  const dir = join(root, 'corpus/ram-list')
  return readFileSync(join(dir, corpusFiles(dir)[0] as string), 'utf8')
}

const fix = (body: string): string => `
import { defineFix } from 'rcufuzz'
import ramList, { upstream } from 'rcufuzz/ram-list'
export default defineFix(ramList, {
  ...upstream, name: 'mine', title: 't', source: 's',
  *qemuRamFree(t, ram, block) {
    ${body}
  },
})
`

/** Files that are there, the command, and what its one message must say. */
const cases: [string, Record<string, string>, string[], RegExp][] = [
  ['an unknown system', {}, ['fuzz', 'ramlist'], /no system 'ramlist' \(did you mean 'ram-list'\?\)/],
  [
    'an unknown candidate',
    {},
    ['fuzz', 'ram-list', '--fix', 'nomru'],
    /no candidate 'nomru' \(did you mean 'no-mru'\?\)/,
  ],
  ['an unknown option', {}, ['fuzz', '--bogus'], /unknown option '--bogus'/],
  ['an unknown command', {}, ['fuss'], /unknown command 'fuss'/],
  ['a number that is none', {}, ['fuzz', '--runs', '1e9x'], /--runs.*whole number/],
  ['a duration without a unit', {}, ['fuzz', '--time', '30'], /--time.*unit/],
  ['an unknown memory model', {}, ['fuzz', '--memory-model', 'arm'], /--memory-model.*sc, tso, weak, all/],
  ['a fix file that is not there', {}, ['fuzz', 'ram-list', '--fix', 'no.ts'], /no fix file no\.ts/],
  [
    'a fix file that does not parse',
    { 'a.ts': 'export default {\n  x: ,' },
    ['fuzz', 'ram-list', '--fix', 'a.ts'],
    /a\.ts:2:6: /,
  ],
  [
    'a fix file without a default export',
    { 'a.js': 'export const x = 1' },
    ['fuzz', 'ram-list', '--fix', 'a.js'],
    /a\.js has no default export/,
  ],
  [
    'a fix that misses a method',
    { 'a.js': 'export default { name: "a", title: "b", source: "c" }' },
    ['fuzz', 'ram-list', '--fix', 'a.js'],
    /a\.js: the method `\*qemuGetRamBlock` is missing/,
  ],
  [
    'a fix with a name that is a path',
    { 'a.js': 'export default { name: "../a", title: "b", source: "c" }' },
    ['fuzz', 'ram-list', '--fix', 'a.js'],
    /a\.js: the name '\.\.\/a'/,
  ],
  [
    'a fix with an expectation that is none',
    { 'a.js': 'export default { name: "a", title: "b", source: "c", expect: "maybe" }' },
    ['fuzz', 'ram-list', '--fix', 'a.js'],
    /a\.js: `expect` must be/,
  ],
  [
    'a fix that throws when loaded',
    { 'a.js': 'throw new Error("at load")' },
    ['fuzz', 'ram-list', '--fix', 'a.js'],
    /a\.js throws when it is loaded: at load/,
  ],
  [
    'a fix that throws when run',
    { 'a.ts': fix('throw new Error("oops")') },
    ['fuzz', 'ram-list', '--fix', 'a.ts', '--runs', '50'],
    /a\.ts: .*oops.*a\.ts:7/,
  ],
  [
    'a fix that yields no operation',
    { 'a.ts': fix('yield 5') },
    ['fuzz', 'ram-list', '--fix', 'a.ts', '--runs', '50'],
    /a\.ts: .*yields something that is no operation/,
  ],
  [
    'a fix that forgets yield*',
    { 'a.ts': fix('t.lock(ram.mutex)\n yield* t.lock(ram.mutex)') },
    ['fuzz', 'ram-list', '--fix', 'a.ts', '--runs', '50'],
    /a\.ts: .*yield\*/,
  ],
  [
    'an import of a system that is not there',
    { 'a.ts': "import x from 'rcufuzz/nope'\nexport default x" },
    ['fuzz', 'ram-list', '--fix', 'a.ts'],
    /a\.ts:1:\d+: .*no system 'nope'/,
  ],
  ['a corpus file that is not there', {}, ['replay', 'no.json'], /cannot read no\.json/],
  [
    'a truncated corpus file',
    { 'c.json': good().slice(0, 400) },
    ['replay', 'c.json'],
    /c\.json is not valid JSON/,
  ],
  [
    'a corpus file of another version',
    { 'c.json': good().replace('"version": 1', '"version": 7') },
    ['replay', 'c.json'],
    /c\.json: .*version 7.*reads version 1/,
  ],
  [
    'a corpus file that names a fix that is gone',
    { 'c.json': good().replace(/"fix": ".*"/, '"fix": "gone"') },
    ['replay', 'c.json'],
    /c\.json: fix: .*no candidate 'gone'/,
  ],
  [
    'a corpus file with a field of the wrong shape',
    { 'c.json': good().replace(/"steps": \d+/, '"steps": -1') },
    ['replay', 'c.json'],
    /c\.json: schedule\.turns\.0\.steps/,
  ],
  [
    'a corpus file with a scenario out of range',
    { 'c.json': good().replace(/"slots": \d+/, '"slots": 99') },
    ['minimize', 'c.json'],
    /c\.json: scenario\.slots/,
  ],
  [
    'an output folder that cannot be written',
    { file: '' },
    ['fuzz', 'ram-list', '--out', 'file/sub'],
    /cannot write to the folder file\/sub/,
  ],
  ['a report without results', {}, ['report'], /no fuzz\.json, bench\.json or verify\.json/],
  ['results of another version', { 'fuzz.json': '{"version": 9}' }, ['report', '--in', '.'], /version 9/],
  [
    'results of another shape',
    { 'fuzz.json': '{"version": 1, "kind": "fuzz"}' },
    ['report', '--in', '.'],
    /fuzz\.json: seed/,
  ],
]

describe('bad input gets one clear message, exit 2, and leaves every file as it was', () => {
  it.concurrent.each(cases)('%s', async (_, files, args, message) => {
    const dir = emptyFolder()
    for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content)
    const { code, out, err } = await rcufuzz(dir, ...args)
    expect(err).toMatch(message)
    expect(err).not.toMatch(/^\s+at .*\/(harness|node_modules)\//m)
    expect(out).toBe('')
    expect(code).toBe(2)
    expect(contents(dir)).toEqual(files)
  })
})
