import type { FixInfo, BenchPath } from '../define.js'
import { Machine } from '../machine/index.js'
import type { Chooser } from '../machine/index.js'
import { loadPlain, type PlainModule } from './bundle.js'

/** Calls that are compared. */
const CALLS = 64

/** Two threads, the call_rcu thread being one: whoever can go on goes on, the main one first. */
const first: Chooser = { nextAgent: (m) => m.enabled[0] as number, nextValue: () => 0 }

/**
 * Whether a path's stripped source returns what the emulated candidate returns on the same inputs. Null if it
 * does; else what differs. A candidate that is caught on the machine is compared as far as it came.
 */
export async function crosscheck(
  fix: FixInfo,
  path: BenchPath<never>,
  name: string,
  bundle: string,
): Promise<string | null> {
  const m = new Machine('sc', 2, 1_000_000)
  const call = path.prepare(m, fix as never)
  const emulated: string[] = []
  m.spawn('main', 'main', function* (t) {
    for (let i = 0; i < CALLS; i++) emulated.push(inWords(yield* call(t, i)))
  })
  m.spawnCallRcu()
  const { violations } = m.run(first)
  const module = await loadPlain(bundle, `${name}, checked`)
  const plain: string[] = []
  try {
    stripped(module, name, plain)
  } catch (error) {
    return `call ${plain.length} fails without the machine: ${error instanceof Error ? error.message : String(error)}`
  }
  const differs = plain.findIndex((answer, i) => i < emulated.length && answer !== emulated[i])
  if (differs >= 0)
    return `call ${differs} returns ${emulated[differs] ?? ''} on the machine, ${plain[differs] ?? ''} without it`
  if (emulated.length < CALLS && violations.length === 0)
    return `the machine stops after ${emulated.length} calls`
  return null
}

function stripped(
  { fix, Machine: PlainMachine, Thread }: PlainModule,
  name: string,
  answers: string[],
): void {
  const machine = new PlainMachine()
  const t = new Thread(machine)
  const call = fix.target.bench.paths[name]?.prepare(machine, fix)
  for (let i = 0; i < CALLS; i++) answers.push(inWords(call?.(t, i)))
}

/** Objects by name, whatever world they are of; plain values as they are. */
function inWords(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if ('name' in value && 'machine' in value) return String(value.name)
  if (Array.isArray(value)) return `[${value.map(inWords).join(', ')}]`
  return `{${Object.entries(value)
    .map(([key, v]) => `${key}: ${inWords(v)}`)
    .join(', ')}}`
}
