import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { emptyFolder, rcufuzz, root } from '../../../test/cli/cli.js'

const guide = readFileSync(join(root, 'docs/writing-a-fix.md'), 'utf8')
const readme = readFileSync(join(root, 'README.md'), 'utf8')

const block = (text: string, file: string): string =>
  new RegExp(`\`\`\`ts\n// ${file}.*\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? ''

const fixes = {
  first: block(guide, 'first.ts'),
  second: block(guide, 'first.ts')
    .replace(/function\* inCallback[\s\S]*/, block(guide, 'second.ts'))
    .replace("name: 'first'", "name: 'second'"),
  third: block(guide, 'third.ts'),
  plain: block(guide, 'third.ts')
    .replace("name: 'third'", "name: 'plain'")
    .replaceAll('t.read(', 't.plainRead('),
  'my-fix': block(readme, 'my-fix.ts'),
}

describe('docs/writing-a-fix.md, and the fix in the README', () => {
  const dir = emptyFolder()
  beforeAll(() => {
    for (const [name, text] of Object.entries(fixes)) writeFileSync(join(dir, `${name}.ts`), text)
  })

  const shown: string[] = []

  // The guide's own commands, and what they say of each candidate.
  const commands = [...guide.matchAll(/`npx rcufuzz ((?:fuzz|verify) ram-list --fix \.\/(\w+)\.ts .*?)`/g)]

  it.each(commands.map(([, command, name]) => ({ command: command as string, name: name as string })))(
    '$command',
    async ({ command, name }) => {
      const { code, out } = await rcufuzz(dir, ...command.split(' '))
      const said = out.split('\n').find((line) => line.startsWith(`  ${name} `))
      expect(guide.split('\n')).toContain(said)
      expect(code).toBe(said?.includes('BROKEN') ? 1 : 0)
      if (code === 0) return
      for (const file of readdirSync(join(dir, 'corpus/ram-list')).filter((f) => f.includes(`-${name}-`)))
        shown.push(
          ...(await rcufuzz(dir, 'replay', `corpus/ram-list/${file}`, '--format', 'mail')).out.split('\n'),
        )
    },
  )

  it('draws what replaying draws', () => {
    const drawn = [...guide.matchAll(/```\n((?:vcpu0 |\| )[\s\S]*?)```/g)].flatMap(([, text]) =>
      (text as string).trimEnd().split('\n'),
    )
    expect(drawn.length).toBeGreaterThan(20)
    expect(drawn.filter((line) => !shown.includes(line))).toEqual([])
  })

  it('has a command for each attempt', () => expect(commands).toHaveLength(5))

  it('an ordinary load of what the remover overwrites is a data race', async () => {
    const { out } = await rcufuzz(
      dir,
      'fuzz',
      'ram-list',
      '--fix',
      './plain.ts',
      '--memory-model',
      'sc',
      '--runs',
      '1000',
    )
    expect(out).toMatch(/plain +BROKEN: data-race/)
  })

  it('the fix in the README is broken', async () => {
    const { out } = await rcufuzz(
      dir,
      'fuzz',
      'ram-list',
      '--fix',
      './my-fix.ts',
      '--memory-model',
      'sc',
      '--runs',
      '1000',
    )
    expect(out).toMatch(/my-fix +BROKEN: use-after-free/)
  })
})
