import { once } from 'node:events'
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads'
import { ProgramError } from '../machine/index.js'
import type { Program } from './explore.js'
import type { Ran, Shard } from './shard.js'
import type { SavedTable, StateTable } from './table.js'

/** A candidate by reference, as another thread can load it. */
export interface Candidate {
  readonly system: string
  readonly fix: string
  readonly memoryModel: string
}

/** What a helper is sent. */
export interface Round {
  readonly program: Program
  /** Tells programs apart: a helper keeps the machine of the last one. */
  readonly number: number
  readonly known: SavedTable
  readonly shards: readonly Shard[]
  /** Shards that somebody has taken, and shards that are done. */
  readonly progress: Int32Array
}

/** What it sends back for each shard that it has run. */
export type Done = { readonly shard: number } & ({ readonly ran: Ran } | { readonly problem: string })

/** A shard is a matter of a second; nobody could say of a thread that has died that it is gone. In milliseconds. */
const SILENCE = 300_000

export const TAKEN = 0
export const DONE = 1

interface Helper {
  readonly worker: Worker
  readonly port: MessagePort
}

/**
 * Threads that help one that explores. Who takes which shard is chance, and does not matter. Waiting is done
 * without returning to the event loop, so that a search stays a plain loop.
 */
export class Crew {
  private readonly helpers: Helper[] = []

  constructor(
    private readonly candidate: Candidate,
    /** How many helpers there may be by now. */
    private readonly allowed: () => number,
  ) {}

  /** Runs the shards of a round, each by whoever is free; results in their order. */
  runAll(
    program: Program,
    number: number,
    shards: readonly Shard[],
    known: StateTable,
    run: (shard: Shard) => Ran,
  ): readonly Ran[] {
    const progress = new Int32Array(new SharedArrayBuffer(8))
    while (this.helpers.length < Math.min(this.allowed(), shards.length - 1)) this.hire()
    for (const { port } of this.helpers)
      port.postMessage({ program, number, known: known.save(), shards, progress } satisfies Round)
    const results: Ran[] = []
    for (let i = Atomics.add(progress, TAKEN, 1); i < shards.length; i = Atomics.add(progress, TAKEN, 1)) {
      results[i] = run(shards[i] as Shard)
      Atomics.add(progress, DONE, 1)
    }
    let done: number
    while ((done = Atomics.load(progress, DONE)) < shards.length)
      if (Atomics.wait(progress, DONE, done, SILENCE) === 'timed-out')
        throw new Error(
          'a thread that helped with a search has died, for lack of memory perhaps; try --workers 1',
        )
    this.collect(results)
    return results
  }

  private collect(results: Ran[]): void {
    for (const { port } of this.helpers)
      for (let m = receiveMessageOnPort(port); m !== undefined; m = receiveMessageOnPort(port)) {
        const done = m.message as Done
        if ('problem' in done) throw new ProgramError(done.problem)
        results[done.shard] = done.ran
      }
  }

  private hire(): void {
    const { port1, port2 } = new MessageChannel()
    const worker = new Worker(new URL('./helper.js', import.meta.url), {
      workerData: { candidate: this.candidate, port: port2 },
      transferList: [port2],
    })
    this.helpers.push({ worker, port: port1 })
  }

  async dismiss(): Promise<void> {
    for (const { worker, port } of this.helpers) {
      port.close()
      const gone = once(worker, 'exit')
      await worker.terminate()
      await gone
    }
  }
}
