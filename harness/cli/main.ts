#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { UserError } from '../user-error.js'
import { benchCommand } from './bench.js'
import { calibrateCommand } from './calibrate.js'
import { corpusCommand } from './corpus.js'
import { fuzzCommand } from './fuzz.js'
import { litmusCommand } from './litmus.js'
import { listCommand } from './list.js'
import { minimizeCommand } from './minimize.js'
import { replayCommand } from './replay.js'
import { reportCommand } from './report.js'
import { runCommand } from './run.js'
import { verifyCommand } from './verify.js'
import { RCUFUZZ_VERSION } from './version.js'
import { workerCommand } from './worker.js'

const program = new Command('rcufuzz')
  .description('Fuzz, verify, replay and measure fix candidates for RCU lifetime races')
  .version(RCUFUZZ_VERSION)
  .showHelpAfterError('(rcufuzz <command> --help shows what it takes)')

const commands = [
  runCommand(),
  listCommand(),
  fuzzCommand(),
  verifyCommand(),
  replayCommand(),
  minimizeCommand(),
  benchCommand(),
  calibrateCommand(),
  litmusCommand(),
  reportCommand(),
  workerCommand(),
  corpusCommand(),
]
for (const command of commands) program.addCommand(command)
for (const command of [program, ...program.commands]) command.exitOverride()

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (e: NodeJS.ErrnoException) => {
  if (e.code !== 'EPIPE') throw e
  process.exit()
})

try {
  await program.parseAsync()
} catch (e) {
  if (e instanceof CommanderError) process.exitCode = e.exitCode === 0 ? 0 : 2
  else if (e instanceof UserError || (e as { name?: string }).name === 'UserError') {
    process.stderr.write(`rcufuzz: ${(e as Error).message}\n`)
    process.exitCode = 2
  } else throw e
}
