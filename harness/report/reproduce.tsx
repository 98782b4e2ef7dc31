import type { BenchFile, FuzzFile, VerifyFile } from '../results.js'
import type { System } from './findings.js'

/** The command that simulates some workloads of a system again, with the same random numbers. */
export function simulates(bench: BenchFile, system: string, workloads: readonly string[]): string {
  const known = bench.systems[system]?.workloads ?? {}
  // Swept workloads and those of a user's file are in the command that was given.
  if (/ --(workload|sweep|cost|fix)\b/.test(bench.command) || !workloads.every((w) => w in known))
    return bench.command
  const replications = bench.simulations.find((s) => s.system === system)
  const n = Math.max(0, ...Object.values(replications?.metrics ?? {}).map((f) => f.replications.length))
  const chosen = workloads.map((w) => ` --workload ${w}`).join('')
  return `npx rcufuzz bench ${system}${chosen} --seed ${bench.seed} --replications ${n}`
}

/** The command that times the paths of a system again. */
export const times = (bench: BenchFile, system: string): string =>
  / --fix\b/.test(bench.command) ? bench.command : `npx rcufuzz bench ${system} --quick`

/** Commands that give the same pages again. */
export function Reproduce({
  fuzz,
  bench,
  verify,
}: {
  fuzz: FuzzFile | null
  bench: BenchFile | null
  verify: VerifyFile | null
}) {
  return (
    <section aria-labelledby="reproduce">
      <h2 id="reproduce">How to reproduce</h2>
      <p>
        Same seed, same executions, same simulated times, on any machine. Wall clock differs from machine to
        machine.
      </p>
      <ul>
        {fuzz ? (
          <li>
            Campaign, seed {fuzz.seed}: <code class="cmd">{fuzz.command}</code>
          </li>
        ) : null}
        {verify ? (
          <li>
            Exhaustive search: <code class="cmd">{verify.command}</code>
          </li>
        ) : null}
        {bench ? (
          <li>
            Benchmark, seed {bench.seed}: <code class="cmd">{bench.command}</code>
          </li>
        ) : null}
        {fuzz || bench || verify ? (
          <li>
            These pages from the results files: <code class="cmd">npx rcufuzz report</code>; as Markdown for a
            mail: <code class="cmd">npx rcufuzz report --format md</code>; the tables:{' '}
            <code class="cmd">npx rcufuzz report --format csv</code>
          </li>
        ) : (
          <li>Nothing was run yet.</li>
        )}
      </ul>
      {bench ? (
        <p class="meta">
          Measured by rcufuzz {bench.environment.rcufuzz}, Node {bench.environment.node},{' '}
          {bench.environment.platform}, {bench.environment.cpu}.
        </p>
      ) : null}
    </section>
  )
}

/** Who proposed what. */
export function Origins({ system }: { system: System }) {
  const known = system.candidates.filter((c) => c.source !== '')
  if (known.length === 0) return null
  return (
    <section aria-labelledby="origins">
      <h2 id="origins">Where the candidates come from</h2>
      <ul>
        {known.map((c) => (
          <li>
            <strong>{c.name}</strong>: {c.title}. {c.source}
          </li>
        ))}
      </ul>
    </section>
  )
}
