import type { BenchFile, FuzzFile, VerifyFile } from '../results.js'
import type { Findings } from './findings.js'

/** Commands that give the same page again. */
export function Reproduce({
  fuzz,
  bench,
  verify,
  findings,
}: {
  fuzz: FuzzFile | null
  bench: BenchFile | null
  verify: VerifyFile | null
  findings: Findings
}) {
  const [first] = findings.findings
  return (
    <section aria-labelledby="reproduce">
      <h2 id="reproduce">How to reproduce</h2>
      <p>Same seed, same executions, same simulated times. Wall clock differs from machine to machine.</p>
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
        {first ? (
          <li>
            One violation, step by step: <code class="cmd">{first.violation.command}</code> (each violation
            above has its own)
          </li>
        ) : null}
        {fuzz || bench || verify ? null : <li>Nothing was run yet.</li>}
      </ul>
      {findings.systems.some((s) => s.candidates.some((c) => c.source !== '')) ? (
        <>
          <h3>Where the candidates come from</h3>
          {findings.systems.map((system) => (
            <>
              <h4>{system.name}</h4>
              <ul>
                {system.candidates
                  .filter((c) => c.source !== '')
                  .map((c) => (
                    <li>
                      <strong>{c.name}</strong>: {c.title}. {c.source}
                    </li>
                  ))}
              </ul>
            </>
          ))}
        </>
      ) : null}
    </section>
  )
}
