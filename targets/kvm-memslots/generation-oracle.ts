import type { Machine, Thread } from '#harness/machine/index.js'
import { activeSet, type Kvm, type KvmMemslots } from './entities.js'
import { rank } from './generation.js'

/** What is known of the active set of one address space. */
interface Known {
  set: KvmMemslots
  /** Of the generation it last showed. */
  rank: number
  /** All the ranks that sets of this address space have shown. */
  readonly shown: number[]
}

/**
 * Watches the generations that the active sets show (domain I14): each publication has to bring one that no
 * set has shown before, and it never falls. Looks at memory as it is at the moments it is told to look at;
 * that is no access.
 */
export class GenerationOracle {
  private readonly known: Known[] = []

  constructor(
    m: Machine,
    private readonly kvm: Kvm,
  ) {
    m.book(() => this.entries())
    m.atStart(() => {
      this.known.length = 0
      for (let asId = 0; asId < kvm.addressSpaces; asId++) {
        const set = activeSet(kvm, asId)
        const shown = rank(set.generation.value)
        this.known.push({ set, rank: shown, shown: [shown] })
      }
    })
  }

  /**
   * What was seen so far, and what would be seen now: whoever changes that meets those who look, though no
   * access of theirs says so.
   */
  private entries(): unknown[] {
    const entries: unknown[] = []
    for (const [asId, known] of this.known.entries()) {
      const set = activeSet(this.kvm, asId)
      entries.push(set, set.generation.value, known.set, known.rank)
      // Held against the generations of other address spaces alone.
      if (this.known.length > 1) entries.push(known.shown.length, ...known.shown)
    }
    return entries
  }

  look(t: Thread): void {
    for (const [asId, known] of this.known.entries()) {
      const set = activeSet(this.kvm, asId)
      const now = rank(set.generation.value)
      if (set === known.set && now === known.rank) continue
      const published = set !== known.set
      const falls = published ? now <= known.rank : now < known.rank
      const shared = this.known.some((other) => other !== known && other.shown.includes(now))
      known.set = set
      known.rank = Math.max(now, known.rank)
      known.shown.push(now)
      if (falls || shared)
        t.report(
          'generation-reuse',
          'kvm_memslots.generation',
          `${set.label} is active with generation ${set.generation.value}, which ${
            shared ? 'another address space has shown' : 'is none that comes after that of the set before it'
          }`,
          'error',
          set.label,
        )
    }
  }
}
