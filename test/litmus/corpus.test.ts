import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expected } from '#harness/litmus/judge.js'
import { LITMUS_MODELS, runLitmus, type LitmusModel, type Report } from '#harness/litmus/litmus.js'
import { systemNames } from '#harness/registry.js'

const folder = new URL('../../corpus/litmus/', import.meta.url).pathname
const files = readdirSync(folder).sort()

const run = (file: string, model: LitmusModel): Exclude<Report, { verdict: 'unsupported' }> => {
  const report = runLitmus(readFileSync(join(folder, file), 'utf8'), model)
  if (report.verdict === 'unsupported') throw new Error(`${file}: ${report.problem.message}`)
  return report
}

describe('corpus/litmus', () => {
  it('holds the published shapes, each with its result and a reason', () => {
    const shapes = ['MP', 'SB', 'LB', 'S', 'R', '2+2W', 'WRC', 'ISA2', 'IRIW', 'RWC', 'Z6.0', '3.SB']
    for (const shape of shapes)
      expect(
        files.some((f) => f.startsWith(`${shape}+`)),
        shape,
      ).toBe(true)
    for (const file of files) {
      const text = readFileSync(join(folder, file), 'utf8')
      expect(text.startsWith(`C ${file.replace('.litmus', '')}\n`), file).toBe(true)
      expect(expected(text), file).not.toBeNull()
      expect(text, file).toMatch(/Result: .*\n \*\n( \* \w.*\n)+/)
    }
  })

  it('is no system of its own', () => expect(systemNames()).not.toContain('litmus'))

  it.each(files)('%s: the kernel model answers as its header says', (file) => {
    expect(run(file, 'lkmm').verdict).toBe('agreed')
  })

  it.each(files)('%s: the machine shows nothing that the kernel model forbids', (file) => {
    const allowed = run(file, 'lkmm').answer.states
    const shown = new Map<LitmusModel, readonly string[]>()
    for (const model of LITMUS_MODELS) {
      if (model === 'lkmm') continue
      const { answer, verdict } = run(file, model)
      expect({ model, verdict }).not.toEqual({ model, verdict: 'disagreed' })
      expect({ model, beyond: answer.states.filter((s) => !allowed.includes(s)) }).toEqual({
        model,
        beyond: [],
      })
      expect(answer.sure).toBe(true)
      shown.set(model, answer.states)
    }
    const [sc, tso, weak] = [shown.get('sc') ?? [], shown.get('tso') ?? [], shown.get('weak') ?? []]
    expect(sc.filter((s) => !tso.includes(s))).toEqual([])
    expect(sc.filter((s) => !weak.includes(s))).toEqual([])
  })
})
