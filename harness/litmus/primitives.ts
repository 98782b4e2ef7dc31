import type { Tag } from './event.js'

/** What a kernel macro does: linux-kernel.def, as data. `lvalue`: it takes `*x` where others take `x`. */
export type Primitive =
  | { readonly kind: 'load'; readonly tag: Tag; readonly lvalue: boolean }
  | { readonly kind: 'store'; readonly tag: Tag; readonly lvalue: boolean; readonly after: readonly Tag[] }
  | { readonly kind: 'fence'; readonly tags: readonly Tag[] }
  | { readonly kind: 'exchange'; readonly order: RmwOrder }
  | { readonly kind: 'compare-exchange'; readonly order: RmwOrder }
  | {
      readonly kind: 'modify'
      readonly order: RmwOrder
      readonly operator: string
      /** The operand, where the macro has none of its own (`atomic_inc`). */
      readonly operand: number | null
      readonly returns: Returns
    }
  | { readonly kind: 'add-unless'; readonly operand: readonly [number, number] | null }
  | { readonly kind: 'lock' | 'unlock' | 'trylock' | 'is-locked' }
  | { readonly kind: 'srcu-read-lock' | 'srcu-read-unlock' | 'synchronize-srcu' }

/** `noreturn`: an atomic that returns nothing orders nothing, and its read not even for `smp_rmb`. */
export type RmwOrder = 'mb' | 'relaxed' | 'acquire' | 'release' | 'noreturn'

export type Returns = 'nothing' | 'old' | 'new' | 'zero' | 'negative'

const fence = (...tags: Tag[]): Primitive => ({ kind: 'fence', tags })
const load = (tag: Tag, lvalue: boolean): Primitive => ({ kind: 'load', tag, lvalue })
const store = (tag: Tag, lvalue: boolean, ...after: Tag[]): Primitive => ({
  kind: 'store',
  tag,
  lvalue,
  after,
})

const FIXED: Readonly<Record<string, Primitive>> = {
  READ_ONCE: load('once', true),
  WRITE_ONCE: store('once', true),
  smp_load_acquire: load('acquire', false),
  smp_store_release: store('release', false),
  smp_store_mb: store('once', true, 'mb'),
  rcu_dereference: load('once', true),
  lockless_dereference: load('once', true),
  rcu_assign_pointer: store('release', true),

  smp_mb: fence('mb'),
  smp_rmb: fence('rmb'),
  smp_wmb: fence('wmb'),
  barrier: fence('barrier'),
  // Since Linux 4.15 every read of a pointer orders what hangs on it, and this macro does nothing.
  smp_read_barrier_depends: fence(),
  smp_mb__before_atomic: fence('before-atomic'),
  smp_mb__after_atomic: fence('after-atomic'),
  smp_mb__after_spinlock: fence('after-spinlock'),
  smp_mb__after_unlock_lock: fence('after-unlock-lock'),
  smp_mb__after_srcu_read_unlock: fence('after-srcu-read-unlock'),

  rcu_read_lock: fence('rcu-lock'),
  rcu_read_unlock: fence('rcu-unlock'),
  synchronize_rcu: fence('sync-rcu'),
  synchronize_rcu_expedited: fence('sync-rcu'),

  srcu_read_lock: { kind: 'srcu-read-lock' },
  srcu_down_read: { kind: 'srcu-read-lock' },
  srcu_read_unlock: { kind: 'srcu-read-unlock' },
  srcu_up_read: { kind: 'srcu-read-unlock' },
  synchronize_srcu: { kind: 'synchronize-srcu' },
  synchronize_srcu_expedited: { kind: 'synchronize-srcu' },

  spin_lock: { kind: 'lock' },
  spin_unlock: { kind: 'unlock' },
  spin_trylock: { kind: 'trylock' },
  spin_is_locked: { kind: 'is-locked' },

  atomic_read: load('once', false),
  atomic_set: store('once', false),
  atomic_read_acquire: load('acquire', false),
  atomic_set_release: store('release', false),
  // Built into herd7, and in no form but the fully ordered one.
  atomic_add_unless: { kind: 'add-unless', operand: null },
  atomic_inc_not_zero: { kind: 'add-unless', operand: [1, 0] },
}

const OPERATORS: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  inc: '+',
  dec: '-',
  and: '&',
  or: '|',
  xor: '^',
  andnot: '&~',
}

const FAMILY =
  /^atomic_(fetch_)?(add|sub|inc|dec|and|or|xor|andnot)(_return|_and_test|_negative)?(?:_(relaxed|acquire|release))?$/
const EXCHANGE = /^(?:atomic_)?(xchg|cmpxchg)(?:_(relaxed|acquire|release))?$/

/** The macro of that name; null if there is none that can be answered for. */
export function primitive(name: string): Primitive | null {
  // atomic_long_t and atomic64_t have the same operations under other names.
  const plain = name.replace(/^atomic(_long|64)_/, 'atomic_')
  const fixed = Object.hasOwn(FIXED, plain) ? FIXED[plain] : undefined
  if (fixed) return fixed
  const exchange = EXCHANGE.exec(plain)
  if (exchange) {
    const order = (exchange[2] as RmwOrder | undefined) ?? 'mb'
    return { kind: exchange[1] === 'xchg' ? 'exchange' : 'compare-exchange', order }
  }
  const family = FAMILY.exec(plain)
  if (!family) return null
  const [, fetch, op = '', form, suffix] = family
  const counts = op === 'inc' || op === 'dec'
  const returns: Returns | null = fetch
    ? form
      ? null
      : 'old'
    : form === '_return'
      ? 'new'
      : form === '_and_test'
        ? counts || op === 'sub'
          ? 'zero'
          : null
        : form === '_negative'
          ? op === 'add'
            ? 'negative'
            : null
          : 'nothing'
  if (returns === null || (returns === 'nothing' && suffix)) return null
  if (returns === 'new' && !counts && op !== 'add' && op !== 'sub') return null
  const order: RmwOrder = returns === 'nothing' ? 'noreturn' : ((suffix as RmwOrder | undefined) ?? 'mb')
  return {
    kind: 'modify',
    order,
    operator: OPERATORS[op] as string,
    operand: counts ? 1 : null,
    returns,
  }
}
