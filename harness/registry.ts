import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { closest, distance } from 'fastest-levenshtein'
import type { FixInfo, Target } from './define.js'
import { expectSchema } from './fuzz/program.js'
import { UserError } from './user-error.js'

/** Systems live beside the harness, one folder each; nothing in the harness knows them by name. */
const TARGETS = fileURLToPath(new URL('../targets/', import.meta.url))
const PUBLIC = new URL('./index.js', import.meta.url).href

/** A candidate, and how a command names it: a built-in's name, or the path of the user's file. */
export interface Candidate {
  readonly fix: FixInfo
  readonly reference: string
  /** The module that was imported; the compiled one of a built-in. */
  readonly module: string
}

export function systemNames(): string[] {
  return readdirSync(TARGETS, { withFileTypes: true })
    .filter((d) => d.isDirectory() && existsSync(join(TARGETS, d.name, 'target.js')))
    .map((d) => d.name)
    .sort()
}

export async function loadSystem(name: string): Promise<Target> {
  const names = systemNames()
  if (!names.includes(name))
    throw new UserError(
      `there is no system '${name}'${suggestion(name, names)}; the systems are: ${names.join(', ')}`,
    )
  const module = (await import(pathToFileURL(join(TARGETS, name, 'target.js')).href)) as { default: Target }
  return module.default
}

/** All built-in candidates of a system: the baseline first, then by name. */
export async function loadFixes(system: string): Promise<Candidate[]> {
  const dir = join(TARGETS, system, 'fixes')
  const names = readdirSync(dir)
    .filter((f) => f.endsWith('.js'))
    .map((f) => basename(f, '.js'))
    .sort((a, b) => Number(b === 'baseline') - Number(a === 'baseline') || (a < b ? -1 : 1))
  return Promise.all(
    names.map(async (reference) => {
      const module = join(dir, `${reference}.js`)
      return {
        fix: ((await import(pathToFileURL(module).href)) as { default: FixInfo }).default,
        reference,
        module,
      }
    }),
  )
}

/** A built-in candidate by name, or the user's own by path. */
export async function loadFix(system: Target, reference: string): Promise<Candidate> {
  if (/\.[cm]?[jt]s$/.test(reference)) return loadFile(system, reference)
  const all = await loadFixes(system.name)
  const candidate = all.find((c) => c.reference === reference)
  if (candidate) return candidate
  const names = all.map((c) => c.reference)
  throw new UserError(
    `${system.name} has no candidate '${reference}'${suggestion(reference, names)}; the candidates are: ${names.join(', ')}; a fix file of your own is given by its path, ending in .ts or .js`,
  )
}

async function loadFile(system: Target, reference: string): Promise<Candidate> {
  const path = isAbsolute(reference) ? reference : resolve(reference)
  if (!existsSync(path)) throw new UserError(`there is no fix file ${reference}`)
  const dir = mkdtempSync(join(tmpdir(), 'rcufuzz-'))
  try {
    const module = join(dir, `${basename(path).replace(/\.\w+$/, '')}.mjs`)
    writeFileSync(module, await bundle(path, reference, dir))
    let loaded: { default?: unknown }
    try {
      loaded = (await import(pathToFileURL(module).href)) as { default?: unknown }
    } catch (e) {
      throw new UserError(`${reference} throws when it is loaded: ${(e as Error).message}`)
    }
    return { fix: checkFix(system, loaded.default, reference), reference, module: path }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Compiles a fix file and what it imports from its own folder; `rcufuzz` is this program. */
async function bundle(path: string, reference: string, dir: string): Promise<string> {
  try {
    const result = await build({
      entryPoints: [path],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'inline',
      sourcesContent: false,
      outdir: dir,
      logLevel: 'silent',
      plugins: [ownModules],
    })
    return result.outputFiles[0]?.text ?? ''
  } catch (e) {
    const error = (e as { errors?: { text: string; location: { line: number; column: number } | null }[] })
      .errors?.[0]
    const place = error?.location ? `:${error.location.line}:${error.location.column + 1}` : ''
    throw new UserError(`${reference}${place}: ${error?.text ?? (e as Error).message}`)
  }
}

const ownModules: Plugin = {
  name: 'rcufuzz',
  setup(b) {
    b.onResolve({ filter: /^rcufuzz($|\/)/ }, ({ path }) => {
      const system = path.slice('rcufuzz/'.length)
      const file = system === '' ? PUBLIC : pathToFileURL(join(TARGETS, system, 'index.js')).href
      if (system !== '' && !systemNames().includes(system))
        return {
          errors: [{ text: `there is no system '${system}'; the systems are: ${systemNames().join(', ')}` }],
        }
      return { path: file, external: true }
    })
  },
}

/** Whether a module's default export is a candidate of the system. */
function checkFix(system: Target, fix: unknown, reference: string): FixInfo {
  const example = `export default defineFix(${camel(system.name)}, { name: '...', title: '...', source: '...', ... })`
  if (typeof fix !== 'object' || fix === null)
    throw new UserError(`${reference} has no default export that is a fix; it must end in: ${example}`)
  const brought = fix as Record<string, unknown>
  if (typeof brought.system === 'string' && brought.system !== system.name)
    throw new UserError(`${reference} is a candidate of ${brought.system}, not of ${system.name}`)
  for (const key of ['name', 'title', 'source'])
    if (typeof brought[key] !== 'string')
      throw new UserError(`${reference}: \`${key}\` must be a string: ${example}`)
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(brought.name as string))
    throw new UserError(
      `${reference}: the name '${String(brought.name)}' must consist of letters, digits, dots and dashes`,
    )
  if (!expectSchema.optional().safeParse(brought.expect).success)
    throw new UserError(
      `${reference}: \`expect\` must be 'holds', 'broken' or { broken: ['use-after-free', ...] }, or one of these for each memory model`,
    )
  for (const [method, meaning] of Object.entries(system.methods))
    if (typeof brought[method] !== 'function')
      throw new UserError(
        `${reference}: the method \`*${method}\` is missing (${meaning}); spread \`...upstream\` to keep it as it is`,
      )
  return fix as FixInfo
}

const camel = (name: string): string => name.replace(/-(\w)/g, (_, c: string) => c.toUpperCase())

/** ", did you mean 'x'?" for a name that is close. */
function suggestion(name: string, names: readonly string[]): string {
  const close = closest(name, [...names])
  return distance(name, close) <= 3 || close.startsWith(name) ? ` (did you mean '${close}'?)` : ''
}
