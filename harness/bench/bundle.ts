import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, transform, type Loader, type Plugin } from 'esbuild'
import { strip } from './strip.js'

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Of the compiled program: it may itself be installed below a `node_modules`. */
const OWN = file('../../')

const STAND_INS = new Map([
  [file('../machine/index.js'), file('./plain/machine.js')],
  [file('../define.js'), file('./plain/define.js')],
])

/** Replaces the machine by plain memory, and strips the scheduler from all that is not a package's. */
const plain: Plugin = {
  name: 'plain',
  setup(b) {
    // As the registry resolves them for a user's file.
    b.onResolve({ filter: /^rcufuzz($|\/)/ }, ({ path }) => ({
      path: path === 'rcufuzz' ? `${OWN}harness/index.js` : `${OWN}targets/${path.slice(8)}/index.js`,
    }))
    b.onResolve({ filter: /^zod$/ }, () => ({ path: file('./plain/zod.js') }))
    b.onResolve({ filter: /(index|define)\.js$/ }, async ({ path, pluginData, ...options }) => {
      if (pluginData === plain) return undefined
      const found = await b.resolve(path, { ...options, pluginData: plain })
      const standIn = STAND_INS.get(found.path)
      return standIn === undefined ? found : { path: standIn }
    })
    b.onLoad({ filter: /\.[cm]?[jt]s$/ }, async ({ path }) => {
      if (!path.startsWith(OWN) && path.includes('/node_modules/')) return undefined
      const source = await readFile(path, 'utf8')
      const loader: Loader = extname(path).endsWith('ts') ? 'ts' : 'js'
      const code = loader === 'ts' ? (await transform(source, { loader, target: 'es2023' })).code : source
      return { contents: code.includes('yield') || code.includes('*') ? strip(code) : code, loader: 'js' }
    })
  },
}

/** What a bundle exports. The loop is part of it, so that each candidate is called from a place of its own. */
export interface PlainModule {
  readonly fix: PlainFix
  readonly Machine: new () => PlainMachine
  readonly Thread: new (machine: PlainMachine) => PlainThread
  repeat(call: PlainCall, thread: PlainThread, times: number): unknown
}

export interface PlainFix {
  readonly target: { readonly bench: { readonly paths: Readonly<Record<string, PlainPath>> } }
  readonly [method: string]: unknown
}

export interface PlainPath {
  prepare(machine: PlainMachine, fix: PlainFix): PlainCall
}

export type PlainMachine = object
export type PlainThread = object
export type PlainCall = (t: PlainThread, i: number) => unknown

/** The candidate in `path`, helpers and system included, as one module of synchronous code. */
export async function bundlePlain(path: string): Promise<string> {
  const result = await build({
    stdin: {
      contents: `
        export { default as fix } from ${JSON.stringify(path)}
        export { Machine, Thread } from ${JSON.stringify(file('./plain/machine.js'))}
        export const repeat = (call, thread, times) => {
          let result
          for (let i = 0; i < times; i++) result = call(thread, i)
          return result
        }`,
      resolveDir: file('.'),
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'es2023',
    logLevel: 'silent',
    plugins: [plain],
  })
  return (result.outputFiles[0] as (typeof result.outputFiles)[number]).text
}

/** Every `instance` of a bundle is a module of its own, optimized by the engine on its own. */
export async function loadPlain(bundle: string, instance: string): Promise<PlainModule> {
  const code = `${bundle}\n// ${instance}`
  return (await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)) as PlainModule
}
