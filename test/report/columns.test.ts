import { describe, expect, it } from 'vitest'
import { columns } from '#harness/trace/columns.js'
import { bufferedTrace, seedTrace } from './fixtures.js'

describe('text columns', () => {
  it('draws seed 000 as its mail does', () => {
    const expected = `
vcpu0             vcpu1              main               call_rcu
----------------  -----------------  -----------------  ----------------------
| rcuReadLock
| rcuDereference ram_list.mru_block -> NULL
| rcuDereference ram_list.blocks -> X
| plainRead X.offset -> 0+16
|                                    lock ram_list.mutex
|                                    read X.next -> NULL
|                                    write ram_list.blocks = NULL
|                                    write ram_list.mru_block = NULL
|                                    callRcu X reclaimRamBlock
|                                    unlock ram_list.mutex
|                                                         awaitCallbacks -> 1
|                                                       : gracePeriodStart rcu
| write ram_list.mru_block = X <----------- overwrites NULL
| rcuReadUnlock                                         :
                                                        : gracePeriodEnd rcu
                  | rcuReadLock
                  | rcuDereference ram_list.mru_block -> X
                  |                                       free X
                  | plainRead X.offset <----------- use-after-free

| read-side section     : grace period

use-after-free: vcpu1 uses X.offset after call_rcu freed X
`
    expect(columns(seedTrace)).toBe(expected.slice(1))
  })

  it('marks the last step of the thread that found something out, not the next step of another one', () => {
    const at = seedTrace.rows.findIndex((row) => row.text === 'free X')
    const site = { thread: 'vcpu1', role: 'vcpu', access: '', step: at }
    const found = {
      kind: 'stale-lookup',
      severity: 'notice',
      signature: '',
      message: '',
      object: '',
    } as const
    const trace = { ...seedTrace, violations: [{ ...found, sites: [site], concrete: true }] }
    expect(columns(trace)).toMatch(/rcuDereference ram_list.mru_block -> X <-+ stale-lookup\n/)
    expect(columns(trace)).not.toMatch(/free X.*stale-lookup/)
  })

  it('marks each thread of a deadlock where it is stuck', () => {
    const step = seedTrace.rows.length - 1
    const stuck = ['main', 'call_rcu'].map((thread) => ({ thread, role: thread, access: '', step }))
    const found = { kind: 'deadlock', severity: 'error', signature: '', message: '', object: '' } as const
    const trace = { ...seedTrace, violations: [{ ...found, sites: stuck, concrete: true }] }
    expect(columns(trace)).toMatch(/unlock ram_list.mutex <-+ deadlock\n/)
    expect(columns(trace)).toMatch(/free X <-+ deadlock\n/)
    expect(columns(trace)).not.toContain('the other access')
  })

  it('gives every thread a clean edge where the width allows it', () => {
    const expected = `
vcpu0                                                          main                                 call_rcu
-------------------------------------------------------------  -----------------------------------  --------------------------
| rcuReadLock
| rcuDereference ram_list.mru_block -> X
|                                                              write ram_list.mru_block = NULL
| loadAcquire ram_list.version -> 0 (stale)
|                                                              (ram_list.mru_block reaches memory)
| plainRead X.offset -> 0+16 <----------- not ordered before the free
|                                                                                                   free X <----------- use-after-free

| read-side section

use-after-free: call_rcu frees X although nothing orders vcpu0's use of X.offset before it
(inferred: nothing orders these steps, so another order of them does the harm)
`
    expect(columns(bufferedTrace, { width: 150 })).toBe(expected.slice(1))
  })

  it('names the source beneath each step, if asked', () => {
    expect(columns(seedTrace)).not.toContain('upstream.ts')
    expect(columns(seedTrace, { source: true })).toMatch(
      /write ram_list\.mru_block = X <-+ overwrites NULL\n\| upstream\.ts:63 /,
    )
  })

  it('shows only threads that take steps', () => {
    expect(columns(seedTrace)).not.toContain('migration')
  })

  it.each([20, 40, 60, 78, 100, 160])('keeps within %i characters as far as it can', (width) => {
    const lines = columns(seedTrace, { width, source: true }).split('\n')
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(width, 62))
  })

  it('colours pieces and keeps their places', () => {
    const tones = new Set<string>()
    const coloured = columns(bufferedTrace, {
      colour: (text, tone) => {
        tones.add(tone)
        return `\u001b[1m${text}\u001b[0m`
      },
    })
    const plain = coloured.replaceAll('\u001b[1m', '').replaceAll('\u001b[0m', '')
    expect(plain).toBe(columns(bufferedTrace))
    expect([...tones].sort()).toEqual(['cause', 'drain', 'header', 'muted', 'object', 'violation'])
  })

  it('lets no control character of a file reach the terminal', () => {
    const [first] = seedTrace.rows
    if (!first) throw new Error('an empty fixture')
    const trace = {
      ...seedTrace,
      rows: [{ ...first, text: 'read \u001b]0;owned\u0007\u202e x\ny' }],
      threads: [{ name: 'a\u001b[2J', role: '' }],
    }
    expect(columns(trace).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })

  it('takes an execution without steps', () => {
    const leak = { ...seedTrace, rows: [], sections: [], gracePeriods: [] }
    expect(columns(leak)).toBe('use-after-free: vcpu1 uses X.offset after call_rcu freed X\n')
  })
})
