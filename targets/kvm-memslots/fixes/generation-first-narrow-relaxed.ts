import { defineFix } from '#harness/define.js'
import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { KvmMemslots } from '../entities.js'
import { generationFirst } from '../generation-first.js'
import kvmMemslots from '../target.js'

export default defineFix(kvmMemslots, {
  ...generationFirst,
  name: 'generation-first-narrow-relaxed',
  title: 'Our repair without its acquire: good on x86 only',
  source: 'negative control for the order of the two loads of a hit',
  expect: { sc: 'holds', tso: 'holds', weak: { broken: ['stale-mmio'] } },
  mmioGenerationBits: 2,

  *sampleGeneration(t: Thread, slots: KvmMemslots): Coroutine<number> {
    return yield* t.read(slots.generation)
  },
})
