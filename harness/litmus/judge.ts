import { observation, type Answer } from './answer.js'

/** What a test's header comment says of it: `Result: Never`, and `DATARACE` where its plain accesses race. */
export interface Expected {
  readonly result: 'Never' | 'Sometimes' | 'Always' | 'DEADLOCK' | 'Maybe'
  readonly dataRace: boolean
}

export type Verdict =
  | 'agreed'
  /** It says so and the model does not: a data race makes all else void (judgelitmus.sh forgives it, too). */
  | 'forgiven'
  | 'disagreed'
  /** The header is about the kernel's model; this one is stronger and shows less. */
  | 'stronger'
  | 'bounded'
  | 'no-result'

export function expected(text: string): Expected | null {
  const match =
    /^[ \t]*(?:\(?\*|\/\/)?[ \t]*Result:[ \t]*(Never|Sometimes|Always|DEADLOCK|Maybe)\b(.*)$/m.exec(text)
  if (!match) return null
  return { result: match[1] as Expected['result'], dataRace: /DATARACE/.test(match[2] ?? '') }
}

/** What was found, in the words of a header. */
export function found(answer: Answer): Expected['result'] | 'Unknown' {
  return answer.sure && answer.positive + answer.negative === 0 ? 'DEADLOCK' : observation(answer)
}

/** Holds an answer against the header, as tools/memory-model/scripts/judgelitmus.sh does. */
export function judge(answer: Answer, header: Expected | null, lkmm: boolean): Verdict {
  const result = found(answer)
  if (result === 'Unknown') return 'bounded'
  if (header === null) return 'no-result'
  if (!lkmm) return judgeStronger(result, header)
  const races = answer.flags.includes('data-race')
  if (header.dataRace !== races) return 'disagreed'
  if (header.result === result || (header.result === 'Maybe' && result !== 'DEADLOCK')) return 'agreed'
  return races && result !== 'DEADLOCK' && header.result !== 'DEADLOCK' ? 'forgiven' : 'disagreed'
}

/** A stronger model may show less, and nothing more. */
function judgeStronger(result: Expected['result'], header: Expected): Verdict {
  if (result === header.result) return 'agreed'
  if (header.result === 'Never') return result === 'DEADLOCK' ? 'stronger' : 'disagreed'
  return header.result === 'Always' ? 'disagreed' : 'stronger'
}
