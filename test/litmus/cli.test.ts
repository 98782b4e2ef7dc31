import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { emptyFolder, rcufuzz, root } from '../cli/cli.js'

const MP = `C mp
(* Result: Sometimes *)
{ int *p = &x; }
P0(int *x, int *y) { WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 1); }
P1(int *x, int *y, int **p) {
  int r1 = READ_ONCE(*y);
  int r2 = READ_ONCE(*x);
  int *r3 = READ_ONCE(*p);
}
locations [1:r3; y]
exists (1:r1=1 /\\ 1:r2=0)
`

const folderOf = (files: Record<string, string>): string => {
  const dir = emptyFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, name, '..'), { recursive: true })
    writeFileSync(join(dir, name), text)
  }
  return dir
}

describe('rcufuzz litmus', () => {
  it('prints an answer as herd7 does', async () => {
    const { out, code } = await rcufuzz(folderOf({ 'mp.litmus': MP }), 'litmus', 'mp.litmus')
    expect(out.replace(/\d\.\d\d/, '0.00')).toBe(`Test mp Allowed
States 4
1:r1=0; 1:r2=0; 1:r3=x; y=1;
1:r1=0; 1:r2=1; 1:r3=x; y=1;
1:r1=1; 1:r2=0; 1:r3=x; y=1;
1:r1=1; 1:r2=1; 1:r3=x; y=1;
Ok
Witnesses
Positive: 1 Negative: 3
Condition exists (1:r1=1 /\\ 1:r2=0)
Observation mp Sometimes 1 3
Time mp 0.00

`)
    expect(code).toBe(0)
  })

  it('says No, Forbidden, Required, and its flags', async () => {
    const plain = MP.replace('WRITE_ONCE(*x, 1)', '*x = 1').replace('Sometimes', 'Sometimes DATARACE')
    const dir = folderOf({
      'forall.litmus': MP.replace('exists', 'forall'),
      'forbidden.litmus': MP.replace('exists', '~exists'),
      'race.litmus': plain,
    })
    const forall = await rcufuzz(dir, 'litmus', 'forall.litmus')
    expect(forall.out).toMatch(
      /^Test mp Required\n[^]*\nNo\nWitnesses\nPositive: 1 Negative: 3\nCondition forall /,
    )
    const forbidden = await rcufuzz(dir, 'litmus', 'forbidden.litmus')
    expect(forbidden.out).toMatch(
      /^Test mp Forbidden\n[^]*\nNo\nWitnesses\nPositive: 1 Negative: 3\nCondition ~exists /,
    )
    const race = await rcufuzz(dir, 'litmus', 'race.litmus')
    expect(race.out).toContain('\nPositive: 1 Negative: 3\nFlag data-race\nCondition')
    expect(race.code).toBe(0)
  })

  it('sums up a folder: what agrees, what does not and which way, what is not supported and where', async () => {
    const dir = folderOf({
      'all/right.litmus': MP,
      'all/wrong.litmus': MP.replace('Sometimes', 'Never'),
      'all/deeper/none.litmus': MP.replace('Result: Sometimes', ''),
      'all/deeper/unknown.litmus': MP.replace('WRITE_ONCE(*x, 1)', 'call_rcu(x, 1)'),
      'all/deeper/syntax.litmus': MP.replace('int r2 =', 'int r2 :='),
      'all/readme.txt': 'no test',
    })
    const { out, code } = await rcufuzz(dir, 'litmus', 'all')
    expect(code).toBe(1)
    expect(out).toContain('all/deeper/unknown.litmus:4:22: unsupported: the model does not know call_rcu()\n')
    expect(out).toMatch(/all\/deeper\/syntax\.litmus:7:10: unsupported: Expected .* but ":" found\./)
    expect(out).toContain('all/wrong.litmus: disagreed: the header says Never, found Sometimes\n')
    expect(out).toMatch(
      /^5 tests: 1 agreed, 1 disagreed \(Never found Sometimes: 1\), 2 unsupported, 1 without a result to compare; /m,
    )
    const json = await rcufuzz(dir, 'litmus', 'all', '--json')
    const { tests, summary } = JSON.parse(json.out) as {
      tests: Record<string, unknown>[]
      summary: Record<string, unknown>
    }
    expect(tests.map((t) => t['verdict'])).toEqual([
      'no-result',
      'unsupported',
      'unsupported',
      'agreed',
      'disagreed',
    ])
    expect(tests.find((t) => t['file'] === 'all/deeper/unknown.litmus')).toMatchObject({
      line: 4,
      column: 22,
    })
    expect(tests.find((t) => t['file'] === 'all/right.litmus')).toMatchObject({
      ...{ verdict: 'agreed', observation: 'Sometimes', positive: 1, negative: 3, flags: [], bounds: [] },
      expected: { result: 'Sometimes', dataRace: false },
    })
    expect(summary).toMatchObject({
      tests: 5,
      agreed: 1,
      disagreed: 1,
      unsupported: 2,
      ways: { 'Never found Sometimes': 1 },
    })
  })

  it('reports a bound that is hit, and still settles what it can', async () => {
    const dir = folderOf({ 'mp.litmus': MP.replace('Sometimes', 'Never') })
    const cut = await rcufuzz(dir, 'litmus', 'mp.litmus', '--bound', '1')
    expect(cut.out).toMatch(
      /\nBound the search was ended after 1 units of work\n[^]*\nObservation mp Unknown 0 0\n/,
    )
    expect(cut.code).toBe(0)
    const loop = MP.replace('int r1 = READ_ONCE(*y);', 'int r1; do { r1 = READ_ONCE(*y); } while (r1 == 0);')
    writeFileSync(join(dir, 'loop.litmus'), loop)
    const looped = await rcufuzz(dir, 'litmus', 'loop.litmus')
    expect(looped.out).toMatch(/\nBound a loop was cut after 4 rounds\n[^]*\nObservation mp Sometimes /)
  })

  it('runs on the machine, which may show less', async () => {
    const lb = join(root, 'corpus/litmus/LB+po+po.litmus')
    const { out, code } = await rcufuzz(root, 'litmus', lb, '--memory-model', 'weak')
    expect(out).toMatch(/\nObservation LB\+po\+po Never 0 \d+\n/)
    expect(code).toBe(0)
  })

  it('tells a user what is wrong with what was asked', async () => {
    const dir = folderOf({ 'bad.litmus': 'X86 SB\n{}\n', 'empty/x.txt': '' })
    const bad = await rcufuzz(dir, 'litmus', 'bad.litmus')
    expect(bad).toMatchObject({ code: 2, out: '' })
    expect(bad.err).toMatch(/^bad\.litmus:1:1: unsupported: Expected "C"/)
    const missing = await rcufuzz(dir, 'litmus', 'nowhere.litmus')
    expect(missing).toMatchObject({
      code: 2,
      err: 'rcufuzz: nowhere.litmus: there is no such file or folder\n',
    })
    const empty = await rcufuzz(dir, 'litmus', 'empty')
    expect(empty).toMatchObject({
      code: 2,
      err: 'rcufuzz: empty: there are no *.litmus files in this folder\n',
    })
  })

  it('has help with examples', async () => {
    const { out } = await rcufuzz(root, 'litmus', '--help')
    expect(out).toContain('Examples:')
  })
})
