import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contents, emptyFolder, rcufuzz, root } from '../../../test/cli/cli.js'

/** Debian's `redis-server`; CI has it. */
const there = spawnSync('redis-server', ['--version']).status === 0

const main = join(root, 'dist/harness/cli/main.js')
const FUZZ = [
  'fuzz',
  'ram-list',
  '--fix',
  'baseline',
  '--memory-model',
  'weak',
  '--seed',
  '2',
  '--runs',
  '40000',
]

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address() as AddressInfo
      server.close(() => {
        resolve(port)
      })
    })
  })

describe.skipIf(!there && !process.env.CI)('a campaign over Redis', () => {
  const children: ChildProcess[] = []
  let url = ''

  const start = (command: string, args: string[]): { child: ChildProcess; err: () => string } => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: emptyFolder() })
    children.push(child)
    let err = ''
    child.stderr?.on('data', (text: Buffer) => (err += text.toString()))
    return { child, err: () => err }
  }
  const worker = (): ReturnType<typeof start> =>
    start(process.execPath, [main, 'worker', '--queue', url, '--workers', '1'])
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50))
  }

  beforeAll(async () => {
    const port = await freePort()
    url = `redis://127.0.0.1:${port}`
    start('redis-server', ['--port', String(port), '--save', '', '--bind', '127.0.0.1'])
  })
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL')
  })

  it('gives what one process gives, though a worker is killed in the middle of a shard', async () => {
    const [one, two] = [worker(), worker()]
    await until(() => /serve/.test(one.err()) && /serve/.test(two.err()))
    const dir = emptyFolder()
    const fuzzing = start(process.execPath, [
      main,
      ...FUZZ,
      '--queue',
      url,
      '--out',
      join(dir, 'reports'),
      '--corpus',
      join(dir, 'corpus'),
    ])
    await until(() => /^#\d+\tNEW/m.test(fuzzing.err()))
    one.child.kill('SIGKILL')
    const code = await new Promise((resolve) => fuzzing.child.on('exit', resolve))
    expect(code).toBe(0)
    expect(two.err()).toMatch(/was lost by its worker, and is run again/)

    const embedded = emptyFolder()
    await rcufuzz(embedded, ...FUZZ, '--out', join(embedded, 'reports'), '--corpus', join(embedded, 'corpus'))
    const moved = Object.entries(contents(embedded)).map(([name, text]) => [
      name,
      text.replaceAll(embedded, dir),
    ])
    expect(contents(dir)).toEqual(Object.fromEntries(moved))

    two.child.kill('SIGTERM')
    expect(await new Promise((resolve) => two.child.on('exit', resolve))).toBe(0)
  }, 300_000)
})

it('says clearly when the server is not there', async () => {
  const port = await freePort()
  const { code, err } = await rcufuzz(emptyFolder(), 'worker', '--queue', `redis://127.0.0.1:${port}`)
  expect([code, err]).toEqual([2, expect.stringMatching(/cannot reach the Redis server .*ECONNREFUSED/)])
})
