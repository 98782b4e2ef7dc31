import type { Trace } from '../results.js'

/** The source lines that a trace went through, a file a block, as a person would look them up. */
export function sourceListing(trace: Trace): string {
  const files = new Map<string, Map<number, string>>()
  for (const { source } of trace.rows) {
    if (!source) continue
    const lines = files.get(source.file) ?? new Map<number, string>()
    lines.set(source.line, source.text)
    files.set(source.file, lines)
  }
  return [...files]
    .map(([file, lines]) => {
      const sorted = [...lines].sort(([a], [b]) => a - b)
      return [file, ...sorted.map(([line, text]) => `${String(line).padStart(5)}  ${text}`)].join('\n')
    })
    .join('\n\n')
}
