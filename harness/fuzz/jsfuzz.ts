import { createRequire } from 'node:module'
import { Rng } from '../drivers/rng.js'
import { decode } from './decode.js'
import type { Input } from './input.js'
import type { Subject } from './program.js'
import type { Proposal, ScenarioSource } from './sources.js'

/** The parts of jsfuzz's corpus that are driven here; all its chance goes through `rand` and `randBool`. */
interface JsfuzzCorpus {
  generateInput(): Buffer
  putBuffer(input: Buffer): void
  maxInputSize: number
  rand(n: number): number
  randBool(): boolean
}

const require = createRequire(import.meta.url)
const { Corpus } = require('jsfuzz/build/src/corpus.js') as {
  Corpus: new (dirs: string[], onlyAscii: boolean) => JsfuzzCorpus
}

/** jsfuzz's corpus with a seeded source of chance: upstream uses Math.random. */
class SeededCorpus extends Corpus {
  private readonly rng: Rng

  constructor(seed: number) {
    super([], false)
    this.rng = new Rng(seed)
    this.maxInputSize = 512
  }

  override rand(n: number): number {
    return n > 0 ? this.rng.below(n) : 0
  }

  override randBool(): boolean {
    return this.rng.oneIn(2)
  }
}

/**
 * jsfuzz as the engine, in process: its corpus makes byte strings by its own mutations, they are decoded to a
 * scenario and the choices of its first execution, and what reaches new coverage of ours goes back into it.
 */
export class JsfuzzSource implements ScenarioSource {
  /** What the bytes say, and one sampled schedule of the same scenario. */
  readonly batch = 2
  private readonly corpus: SeededCorpus
  private last: Buffer = Buffer.alloc(0)

  constructor(
    private readonly subject: Subject,
    seed: number,
  ) {
    this.corpus = new SeededCorpus(seed)
  }

  next(): Proposal {
    this.last = this.corpus.generateInput()
    return decode(this.subject.system, this.last)
  }

  get bytes(): string {
    return this.last.toString('base64')
  }

  keep({ bytes }: Input): void {
    if (bytes !== undefined) this.corpus.putBuffer(Buffer.from(bytes, 'base64'))
  }
}
