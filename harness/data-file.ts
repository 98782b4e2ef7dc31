import { readFileSync } from 'node:fs'
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'
import { UserError } from './user-error.js'

/** A YAML or JSON file (JSON is YAML, too), and where in it things stand. */
export class DataFile {
  private readonly lines = new LineCounter()
  private readonly document: Document

  constructor(readonly path: string) {
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (e) {
      throw new UserError(`${path} cannot be read: ${(e as NodeJS.ErrnoException).code ?? String(e)}`)
    }
    this.document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false })
    const [error] = this.document.errors
    if (error) throw new UserError(`${path}${this.place(error.pos[0])}: ${error.message}`)
  }

  /** What is in it, if it is as the schema says; else an error that names path, line and column. */
  parse<T>(schema: z.ZodType<T>): T {
    const result = schema.safeParse(this.document.toJS())
    if (result.success) return result.data
    const [issue] = result.error.issues
    throw this.error(issue?.path ?? [], issue?.message ?? 'not as expected')
  }

  /** An error about what stands at a path. */
  error(path: readonly PropertyKey[], message: string): UserError {
    const what = path.length === 0 ? '' : `${path.join('.')}: `
    return new UserError(`${this.path}${this.place(this.offset(path))}: ${what}${message}`)
  }

  private place(offset: number): string {
    const { line, col } = this.lines.linePos(offset)
    return line === 0 ? '' : `:${line}:${col}`
  }

  /** Of the key, or of the nearest thing around it that is there. */
  private offset(path: readonly PropertyKey[]): number {
    for (let n = path.length; n > 0; n--) {
      const parent = n === 1 ? this.document.contents : this.document.getIn(path.slice(0, n - 1), true)
      if (!isMap(parent)) continue
      const pair = parent.items.find((p) => isScalar(p.key) && String(p.key.value) === String(path[n - 1]))
      if (pair && isScalar(pair.key)) return pair.key.range?.[0] ?? 0
    }
    return 0
  }
}
