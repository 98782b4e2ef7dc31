import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { casesOf, readWorkloads, workloadsOf } from '#harness/bench/workloads.js'
import { loadSystem, systemNames } from '#harness/registry.js'
import { rcufuzz } from '../cli/cli.js'

describe.each(systemNames())('the workloads of %s', (name) => {
  let dir = ''
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'rcufuzz-workloads-'))
  })
  afterAll(() => {
    rmSync(dir, { recursive: true })
  })
  const file = (text: string): string => {
    writeFileSync(join(dir, 'mine.yaml'), text)
    return join(dir, 'mine.yaml')
  }

  it('say where their figures come from, and some of them make the quick set', async () => {
    const all = Object.entries(workloadsOf(await loadSystem(name)))
    expect(all.length).toBeGreaterThan(4)
    for (const [workload, { source }] of all) expect(source, workload).toBeTruthy()
    expect(all.filter(([, w]) => w.quick).length).toBeGreaterThan(0)
    // What the page compares by is the base.
    expect(all[0]?.[1].parameters).toEqual({})
  })

  it('may be a file of the user, whose parameters are checked', async () => {
    const system = await loadSystem(name)
    const first = { workloads: [file('mine:\n  title: mine\n  parameters: { milliseconds: 7 }\n')] }
    expect(casesOf(system, { ...first, sweeps: [], quick: false })).toEqual([
      { name: 'mine', title: 'mine', parameters: { ...system.bench?.parameters, milliseconds: 7 } },
    ])
    // Each of the system's own parameters has bounds, or a list of what it may be.
    for (const [parameter, value] of Object.entries(system.bench?.parameters ?? {})) {
      const wrong = typeof value === 'number' ? '-1' : 'nonsense'
      const path = file(`mine:\n  title: mine\n  parameters:\n    ${parameter}: ${wrong}\n`)
      expect(() => readWorkloads(path, system), parameter).toThrow(
        `${path}:4:5: mine.parameters.${parameter}: `,
      )
    }
  })

  it('are refused by the command with file and place, exit 2', async () => {
    const path = file('mine:\n  title: mine\n  parameters:\n    milisecond: 1\n')
    const { code, err } = await rcufuzz(dir, 'bench', name, '--workload', path)
    expect(code).toBe(2)
    expect(err).toContain(`${path}:4:5: mine.parameters.milisecond: there is no parameter 'milisecond'`)
    expect(err).toContain("did you mean 'milliseconds'")
    expect(err).not.toContain('    at ')
  })
})
