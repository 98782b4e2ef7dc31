import type { Candidate } from './findings.js'

/** A candidate beside its figures: a fast one that is broken must not look like a good one. */
export function CandidateName({ candidate }: { candidate: Candidate }) {
  return (
    <>
      {candidate.broken ? (
        <span class="bad">
          <span aria-hidden="true">✗ </span>
          {candidate.name} (broken)
        </span>
      ) : (
        candidate.name
      )}
      {candidate.judged ? null : <span class="muted"> (not fuzzed)</span>}
    </>
  )
}
