import { describe, it } from 'vitest'
import { Struct, type Coroutine, type Thread } from '#harness/machine/index.js'
import { allows, litmus, withFinal, type Vars } from './litmus.js'

// Coherence: every model keeps one order of the stores to each location, and reads and writes of a thread go
// along with it (RC11, axiom `hb;eco` irreflexive; the four shapes are CoRR, CoRW, CoWR, CoWW of the litmus
// literature). One location only, so sc, tso and weak agree but for what is noted.
describe('coherence of one location', () => {
  it('CoRR: a second load never reads an older store than the first', () => {
    const expected = ['0 0', '0 1', '1 1']
    allows(
      litmus(
        function* (t, v) {
          yield* t.write(v.x, 1)
        },
        function* (t, v) {
          const a = yield* t.read(v.x)
          return [a, yield* t.read(v.x)]
        },
      ),
      { sc: expected, tso: expected, weak: expected },
    )
  })

  it('CoRR of two observers: they agree on the order of two stores', () => {
    // 1 2 in one thread excludes 2 1 in the other. Values 0..2, no thread goes back to 0, nor both ways.
    const pairs = ['0 0', '0 1', '0 2', '1 1', '2 2', '1 2', '2 1']
    const expected = pairs
      .flatMap((p) => pairs.map((q) => `${p} ${q}`))
      .filter((o) => o !== '1 2 2 1' && o !== '2 1 1 2')
    const observer = function* (t: Thread, v: Vars): Coroutine<number[]> {
      const a = yield* t.read(v.x)
      return [a, yield* t.read(v.x)]
    }
    allows(
      litmus(
        function* (t, v) {
          yield* t.write(v.x, 1)
        },
        function* (t, v) {
          yield* t.write(v.x, 2)
        },
        observer,
        observer,
      ),
      { sc: expected, tso: expected, weak: expected },
    )
  })

  it('CoWW: a thread overwrites its own store, even when nobody else has seen it', () => {
    allows(
      withFinal(
        litmus(function* (t, v) {
          yield* t.write(v.x, 1)
          yield* t.write(v.x, 2)
        }),
        (v) => v.x.value,
      ),
      { sc: ['2'], tso: ['2'], weak: ['2'] },
    )
  })

  it('CoWR: a thread reads its own store or a newer one, also from the store buffer', () => {
    // Registers: what P0 reads after storing 1; then final memory. Reading 2 means 2 came after 1.
    const expected = ['1 1', '1 2', '2 2']
    allows(
      withFinal(
        litmus(
          function* (t, v) {
            yield* t.write(v.x, 1)
            return yield* t.read(v.x)
          },
          function* (t, v) {
            yield* t.write(v.x, 2)
          },
        ),
        (v) => v.x.value,
      ),
      { sc: expected, tso: expected, weak: expected },
    )
  })

  it('CoRW: a store goes after what its thread has read', () => {
    // If P0 reads 2 and then stores 1, memory ends as 1; if it reads 0, in either order.
    const expected = ['0 1', '0 2', '2 1']
    allows(
      withFinal(
        litmus(
          function* (t, v) {
            const a = yield* t.read(v.x)
            yield* t.write(v.x, 1)
            return a
          },
          function* (t, v) {
            yield* t.write(v.x, 2)
          },
        ),
        (v) => v.x.value,
      ),
      { sc: expected, tso: expected, weak: expected },
    )
  })

  it('coherence goes through happens-before: what a released reader saw, the acquirer sees too', () => {
    // RC11 "read-read coherence" across threads: P1 reads x=1 and releases; P2 acquires and may not read 0.
    const expected = ['0 0 0', '0 0 1', '0 1 0', '0 1 1', '1 0 0', '1 0 1', '1 1 1']
    allows(
      litmus(
        function* (t, v) {
          yield* t.write(v.x, 1)
        },
        function* (t, v) {
          const a = yield* t.read(v.x)
          yield* t.storeRelease(v.flag, 1)
          return a
        },
        function* (t, v) {
          const flag = yield* t.loadAcquire(v.flag)
          return [flag, yield* t.read(v.x)]
        },
      ),
      { sc: expected, tso: expected, weak: expected },
    )
  })

  it('a store that happens after another one overwrites it', () => {
    // CoWW through release and acquire; when the flag is not seen, either order.
    const expected = ['0 1', '0 2', '1 2']
    allows(
      withFinal(
        litmus(
          function* (t, v) {
            yield* t.write(v.x, 1)
            yield* t.storeRelease(v.flag, 1)
          },
          function* (t, v) {
            const flag = yield* t.loadAcquire(v.flag)
            yield* t.write(v.x, 2)
            return flag
          },
        ),
        (v) => v.x.value,
      ),
      { sc: expected, tso: expected, weak: expected },
    )
  })

  it('plain and atomic accesses of one location share its one order', () => {
    allows(
      litmus(function* (t, v) {
        yield* t.plainWrite(v.x, 1)
        const a = yield* t.read(v.x)
        yield* t.write(v.x, 2)
        return [a, yield* t.plainRead(v.x)]
      }),
      { sc: ['1 2'], tso: ['1 2'], weak: ['1 2'] },
    )
  })

  it('numbers wrap at the width of their location, buffered or not', () => {
    class Narrow extends Struct {
      readonly byte = this.word('byte', 0, 8)
      readonly other = this.word('other', 0, 8)
    }
    allows(
      {
        setup: (m) => m.global(Narrow, 'n'),
        threads: [
          function* (t, n) {
            yield* t.write(n.byte, 257)
            const a = yield* t.read(n.byte)
            yield* t.fetchAdd(n.byte, -2)
            const b = yield* t.read(n.byte)
            yield* t.writePair(n.byte, n.other, 256, 258)
            return [a, b, ...(yield* t.readPair(n.byte, n.other))]
          },
        ],
      },
      { sc: ['1 255 0 2'], tso: ['1 255 0 2'], weak: ['1 255 0 2'] },
    )
  })
})
