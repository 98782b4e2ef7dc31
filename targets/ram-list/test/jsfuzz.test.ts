import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { emptyFolder, root } from '../../../test/cli/cli.js'

// The stock `npx jsfuzz` on the CommonJS bundle. It is not seedable; this crash takes it seconds.
it('the stock jsfuzz command finds the crash of the baseline in the bundle', async () => {
  const artifact = join(emptyFolder(), 'crash')
  const cli = join(root, 'node_modules/.bin/jsfuzz')
  const args = ['dist/fuzz/ram-list.cjs', '--no-versifier', '--exact-artifact-path', artifact]
  const output = await new Promise<string>((resolve) => {
    execFile(cli, args, { cwd: root, timeout: 240_000, maxBuffer: 1 << 26 }, (_e, out, err) =>
      resolve(out + err),
    )
  })
  expect(output).toMatch(/crash was written/)
  const { fuzz } = createRequire(import.meta.url)(join(root, 'dist/fuzz/ram-list.cjs')) as {
    fuzz: (data: Buffer) => void
  }
  expect(() => fuzz(readFileSync(artifact))).toThrow(/use-after-free|wrong-address/)
  expect(() => fuzz(Buffer.alloc(0))).not.toThrow()
}, 300_000)
