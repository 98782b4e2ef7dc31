// Replays the whole corpus against every candidate and compares with what is recorded in matrix.json:
//   node scripts/replay-corpus.mjs [--update]
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { replayCorpus } from '../dist/harness/fuzz/matrix.js'
import { loadFixes, loadSystem, systemNames } from '../dist/harness/registry.js'

const update = process.argv.includes('--update')
for (const name of systemNames()) {
  const dir = new URL(`../corpus/${name}/`, import.meta.url).pathname
  const { matrix, replayed } = replayCorpus(dir, await loadSystem(name), await loadFixes(name))
  const text = `${JSON.stringify(matrix, null, 1)}\n`
  const path = `${dir}matrix.json`
  if (update) writeFileSync(path, text)
  const same = existsSync(path) && readFileSync(path, 'utf8') === text
  const lost = replayed.filter((r) => !r.reproduced)
  for (const { file } of lost) console.log(`does not reproduce: ${file}`)
  const hits = Object.values(matrix).reduce((n, row) => n + Object.keys(row).length, 0)
  console.log(
    `${name}: ${replayed.length - lost.length} of ${replayed.length} interleavings reproduce; ` +
      `${hits} cells of the matrix are violated; ${same ? 'as recorded' : 'NOT as recorded'}`,
  )
  if (!same || lost.length > 0) process.exitCode = 1
}
