import { describe, expect, it } from 'vitest'
import { checkLkmm } from '#harness/litmus/check.js'
import { parse } from '#harness/litmus/parse.js'

/** The final states of one thread's code. */
const states = (
  body: string,
  show: string,
  init = '{}',
  parameters = 'int *x, int *y, atomic_t *a',
): readonly string[] =>
  checkLkmm(parse(`C t\n${init}\nP0(${parameters}) {\n${body}\n}\nlocations [${show}]\nexists (true)\n`))
    .states

const problem = (text: string): string => {
  try {
    checkLkmm(parse(text))
  } catch (e) {
    return (e as Error).message
  }
  return ''
}

describe('forms that published tests have', () => {
  it('comments and strings before the initial state, of all kinds', () => {
    const test = parse(`C MP+x (* a { brace } *)
"quoted { string }"
(* Result: Never (* nested *) *)
Orig=PodWW Rfe // or so
/* C */
{ (* none *) x=1; // one
}
// between
P0(int *x) { /* in (code) */ READ_ONCE(*x); // (* no comment *)
} (* after *)
exists (* here *) (x=1 (* and *) /\\ true) (* there *)
`)
    expect(test.name).toBe('MP+x')
    expect(test.threads).toHaveLength(1)
  })

  it('initial states', () => {
    const init =
      '{ int x = 0x10; y = -3; int *p = &x; q = x; 0:r5=7; 0:r6=&y; a = ATOMIC_INIT(2); int u[2] = {4, 5}; spinlock_t l; struct srcu_struct s = {}; ; }'
    expect(states('', 'x; y; p; q; a; u[1]; 0:r5; 0:r6', init)).toEqual([
      '0:r5=7; 0:r6=y; a=2; p=x; q=x; u[1]=5; x=16; y=-3;',
    ])
  })

  it('declarations, types and casts, which mean nothing', () => {
    const body =
      'int r1, r2 = 3, *r3; unsigned long r4 = (unsigned long)READ_ONCE(*(volatile int *)x); struct foo *r5 = (struct foo *)x; r3 = r5; r1 = *r3; intptr_t r6 = (intptr_t)r2;'
    expect(states(body, '0:r1; 0:r2; 0:r4; 0:r6', '{ x=8; }')).toEqual(['0:r1=8; 0:r2=3; 0:r4=8; 0:r6=3;'])
  })

  it('operators and their precedence', () => {
    const body =
      'r1 = 1 + 2 * 3 == 7 && !(4 < 3) || 0; r2 = (6 & 3) | 8 ^ 1; r3 = -7 / 2; r4 = -7 % 3; r5 = 1 << 3 >> 1; r6 = ~0; r7 = 5 != 5; r1++; r2 += 2;'
    expect(states(body, '0:r1; 0:r2; 0:r3; 0:r4; 0:r5; 0:r6; 0:r7')).toEqual([
      '0:r1=2; 0:r2=13; 0:r3=-3; 0:r4=-1; 0:r5=4; 0:r6=-1; 0:r7=0;',
    ])
  })

  it('branches, blocks, loops', () => {
    const body =
      'int r1 = READ_ONCE(*x); int r2 = 0; if (r1 == 0) { if (r2) ; else r2 = 5; } else if (r1) r2 = 6; else { r2 = 7; } while (r2 < 7) r2 = r2 + 1; ;'
    expect(states(body, '0:r2')).toEqual(['0:r2=7;'])
  })

  it('arrays, and pointers into them', () => {
    expect(
      states('u[1] = 6; r1 = *(u + 1); r2 = u[0];', '0:r1; 0:r2', '{ int u[2] = {4, 5}; }', 'int *u'),
    ).toEqual(['0:r1=6; 0:r2=4;'])
  })

  it('atomic_long and atomic64 are atomic', () => {
    const body =
      'r1 = atomic_long_add_return(2, a); r2 = atomic64_fetch_inc_relaxed(a); r3 = atomic_long_read(a);'
    expect(states(body, '0:r1; 0:r2; 0:r3')).toEqual(['0:r1=2; 0:r2=2; 0:r3=3;'])
  })

  it('conditions', () => {
    const holds = (c: string): boolean =>
      checkLkmm(
        parse(
          `C t\n{ x=1; p=x; }\nP0(int *x, int **p) { int *r1 = READ_ONCE(*p); int r2 = READ_ONCE(*x); }\nexists ${c}\n`,
        ),
      ).positive > 0
    expect(holds('(0:r1=x /\\ 0:r2=1)')).toBe(true)
    expect(holds('(0:r1=&x /\\ ~(0:r2=2))')).toBe(true)
    expect(holds('(0:r2=2 \\/ not (x=1))')).toBe(false)
    expect(holds('(0:r2=2 => false)')).toBe(true)
    expect(holds('(0:r2=0 \\/ 0:r2=1 /\\ 0:r1=x)')).toBe(true)
    expect(holds('(0:r2 != 1)')).toBe(false)
    expect(holds('0:r2=1')).toBe(true)
  })
})

describe('what is not supported says where', () => {
  const wrap = (body: string): string => `C t\n{}\nP0(int *x) {\n\t${body}\n}\nexists (x=0)\n`
  it.each([
    ['call_rcu(x, 1);', '4:2: the model does not know call_rcu()'],
    ['int r1 = spin_unlock_wait(x);', '4:11: the model does not know spin_unlock_wait()'],
    ['WRITE_ONCE(x, 1);', '4:13: WRITE_ONCE() takes a dereferenced pointer, *x'],
    ['smp_store_release(x);', '4:2: smp_store_release() takes 2 arguments, not 1'],
    ['int r1 = 5; *r1 = 2;', '4:14: this points to no shared variable'],
    ['atomic_inc_relaxed(x);', '4:2: the model does not know atomic_inc_relaxed()'],
    ['int r1 = atomic_inc(x);', '4:11: this returns nothing'],
  ])('%s', (body, message) => expect(problem(wrap(body))).toBe(message))

  it('more writes to a location than an order has room for', () => {
    const writes = (n: number): string => wrap('WRITE_ONCE(*x, 1); '.repeat(n))
    expect(problem(writes(32))).toBe('4:591: more than 31 writes to one location')
    expect(checkLkmm(parse(writes(31)))).toMatchObject({ positive: 0, negative: 1 })
  })

  it('syntax, structures, and threads in the wrong order', () => {
    expect(problem(wrap('for (;;) ;'))).toMatch(/^4:2: Expected /)
    expect(problem(wrap('x->next = 1;'))).toMatch(/^4:\d: Expected /)
    expect(problem('C t\n{}\nP1(int *x) {}\nexists (x=0)\n')).toBe(
      '3:1: thread P1 stands where P0 is expected',
    )
  })
})
