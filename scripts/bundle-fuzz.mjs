// Bundles each system as a CommonJS file that exports `fuzz(data)`: dist/fuzz/<system>.cjs. jsfuzz cannot
// instrument ES modules, and sums every counter of the file after every input; so the bundle is left
// uninstrumented and publishes the coverage of interleavings instead.
import { readdirSync, existsSync } from 'node:fs'
import { build } from 'esbuild'

const root = new URL('../', import.meta.url)
const targets = new URL('dist/targets/', root)

for (const system of readdirSync(targets)) {
  if (!existsSync(new URL(`${system}/target.js`, targets))) continue
  const fixes = readdirSync(new URL(`${system}/fixes/`, targets))
    .filter((f) => f.endsWith('.js'))
    .map((f) => f.slice(0, -3))
  const entry = `
    import { byteTarget } from './harness/fuzz/byte-target.js'
    import system from './targets/${system}/target.js'
    ${fixes.map((f, i) => `import fix${i} from './targets/${system}/fixes/${f}.js'`).join('\n')}
    const fixes = [${fixes.map((_, i) => `fix${i}`).join(', ')}]
    const wanted = process.env.RCUFUZZ_FIX ?? 'baseline'
    const fix = fixes.find((f) => f.name === wanted)
    if (!fix) throw new Error('RCUFUZZ_FIX: no candidate ' + wanted + ' of ${system}')
    export const fuzz = byteTarget(system, fix, process.env.RCUFUZZ_MEMORY_MODEL ?? 'sc')
  `
  await build({
    stdin: { contents: entry, resolveDir: new URL('dist/', root).pathname },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    banner: { js: '/* istanbul ignore file */' },
    outfile: new URL(`dist/fuzz/${system}.cjs`, root).pathname,
    logLevel: 'error',
  })
}
