import { parse } from 'acorn'
import MagicString from 'magic-string'

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

const isNode = (x: unknown): x is Node => typeof x === 'object' && x !== null && 'type' in x && 'start' in x

/** Makes plain functions of generators, and plain calls of `yield*`: the same program without a scheduler. */
export function strip(code: string): string {
  const out = new MagicString(code)
  const visit = (node: Node): void => {
    if (node.type === 'YieldExpression') {
      const argument = node['argument']
      if (node['delegate'] !== true || !isNode(argument))
        throw new SyntaxError(`\`yield\` without an operation: ${code.slice(node.start, node.end)}`)
      out.remove(node.start, argument.start)
    }
    // The star of a method stands before its key, which the function itself begins after.
    if (node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression') {
      if (node['generator'] === true && code.startsWith('function', node.start)) removeStar(node.start)
    } else if (isNode(node['value']) && node['value']['generator'] === true && isNode(node['key'])) {
      if (node['method'] === true || node.type === 'MethodDefinition') removeStar(node.start)
    }
    for (const child of Object.values(node))
      if (Array.isArray(child)) child.filter(isNode).forEach(visit)
      else if (isNode(child)) visit(child)
  }
  const removeStar = (from: number): void => {
    const star = code.indexOf('*', from)
    out.remove(star, star + 1)
  }
  visit(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }) as unknown as Node)
  return out.toString()
}
