import { workerData, type MessagePort } from 'node:worker_threads'
import { machineFor, type Subject } from '../fuzz/program.js'
import { ProgramError, type MemoryModelName } from '../machine/index.js'
import { loadFix, loadSystem } from '../registry.js'
import { DONE, TAKEN, type Candidate, type Done, type Round } from './crew.js'
import { Search } from './search.js'
import { runShard, type Shard } from './shard.js'
import { StateTable } from './table.js'

const { candidate, port } = workerData as { readonly candidate: Candidate; readonly port: MessagePort }
const system = await loadSystem(candidate.system)
const { fix } = await loadFix(system, candidate.fix)
const subject: Subject = { system, fix, memoryModel: candidate.memoryModel as MemoryModelName }

let search: Search
let program = -1

/** Takes shards of a round for as long as there are any. */
function help({ program: { scenario, reduction, budget }, number, known, shards, progress }: Round): void {
  if (number !== program) search = new Search(machineFor(subject, scenario), reduction, budget)
  program = number
  const table = new StateTable(known)
  for (let i = Atomics.add(progress, TAKEN, 1); i < shards.length; i = Atomics.add(progress, TAKEN, 1)) {
    port.postMessage(run(i, shards[i] as Shard, table))
    Atomics.add(progress, DONE, 1)
    Atomics.notify(progress, DONE)
  }
}

function run(shard: number, task: Shard, known: StateTable): Done {
  try {
    return { shard, ran: runShard(search, known, task) }
  } catch (e) {
    return { shard, problem: e instanceof ProgramError ? e.message : String((e as Error).stack) }
  }
}

port.on('message', help)
