/** Text from a result file goes to terminals and pages: no control or direction characters in it. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, ' ').trimEnd()

/** Breaks at spaces, and inside a word only where it is too long; lines after the first are indented. */
export function wrap(text: string, width: number, indent = '  '): string[] {
  const lines: string[] = []
  let line = ''
  const start = (): string => (lines.length === 0 ? '' : indent)
  const flush = (): void => {
    lines.push(line)
    line = ''
  }
  for (const whole of text.split(' ').filter((word) => word !== '')) {
    let word = whole
    if (line !== '' && line.length + 1 + word.length <= width) {
      line += ` ${word}`
      continue
    }
    if (line !== '') flush()
    while (start().length + word.length > width) {
      const cut = breakAt(word, Math.max(width - start().length, 1))
      line = start() + word.slice(0, cut)
      word = word.slice(cut)
      flush()
    }
    line = word === '' ? '' : start() + word
  }
  if (line !== '' || lines.length === 0) flush()
  return lines
}

/** The last place at or before `limit` that a reader takes for a joint, if it is not too far left. */
function breakAt(word: string, limit: number): number {
  for (let i = limit; i > limit / 2; i--) if ('._/,(>-'.includes(word.charAt(i - 1))) return i
  return limit
}
