import { join } from 'node:path'
import { CAMPAIGN_VERSION, CampaignFolder, type CampaignFile } from '../fuzz/campaign-folder.js'
import { appendLog } from '../fuzz/log.js'
import { Pool } from '../fuzz/pool.js'
import type { Subject } from '../fuzz/program.js'
import { crossingsOf, resultOf } from '../fuzz/result.js'
import { Runner, type Budget } from '../fuzz/runner.js'
import { Standing } from '../fuzz/standing.js'
import { Statistics } from '../fuzz/statistics.js'
import { storeBest } from '../fuzz/store.js'
import { inWords, keyOf, type Executor, type Job, type Settings } from '../fuzz/tasks.js'
import { removeTemporaries, writableFolder, writeAtomically } from '../folders.js'
import { loadFix, loadSystem } from '../registry.js'
import { RESULTS_VERSION, type FuzzFile } from '../results.js'
import { UserError } from '../user-error.js'
import { LineDisplay, terminalDisplay, type Display } from './display.js'
import * as option from './options.js'

export interface CampaignOptions extends option.SubjectOptions, Settings {
  readonly budget: Budget
  readonly workers: number
  readonly queue?: string
  readonly corpus: string
  readonly out: string
  readonly resume?: boolean
}

/** How often the display is drawn, and the state saved, in milliseconds. */
const TICK = 500
const CHECKPOINT = 1000

/** Saving may take a part of the time like this: with a slow disk it is done less often. */
const SAVING = 1 / 20

/**
 * Runs a campaign in its folder: begins it or goes on with it, saves its state every second, and ends in
 * the results file. `given` tells what was said on the command line.
 */
export async function runCampaign(
  systems: readonly string[],
  options: CampaignOptions,
  given: (option: string) => boolean,
): Promise<FuzzFile> {
  const folder = new CampaignFolder(options.out)
  const stored = options.resume === true ? folder.load() : null
  const campaign = await describe(systems, options, stored, given)
  const subjects = await Promise.all(campaign.jobs.map(subjectOf))
  for (const dir of [options.out, campaign.corpus]) {
    writableFolder(dir)
    removeTemporaries(dir)
  }
  if (!stored) folder.clear()
  const runs = 'runs' in campaign.budget ? campaign.budget.runs : null
  const standings = campaign.jobs.map((job) => new Standing(job, campaign.settings, runs))
  if (stored) for (const standing of standings) folder.restoreJob(standing)

  const display = displayFor(options.out, runs === null)
  const statistics = runs === null ? new Statistics(options.out, campaign.command, stored !== null) : null
  const executor = await executorFor(options, display)
  const stop = new AbortController()
  const interrupt = (): void => {
    stop.abort()
  }
  for (const signal of SIGNALS) process.once(signal, interrupt)
  const runner = new Runner({
    standings,
    budget: campaign.budget,
    executor,
    spentMilliseconds: campaign.spentMilliseconds ?? 0,
    signal: stop.signal,
    onEntry: (entry) => {
      unlessDiskIsFull(display, () => storeBest(campaign.corpus, entry))
    },
  })
  const save = (complete: boolean): void => {
    folder.save({
      ...campaign,
      ...(runs === null && { spentMilliseconds: Math.round(runner.elapsedMilliseconds) }),
      complete,
    })
    for (const standing of standings) if (standing.changed) folder.saveJob(standing)
    statistics?.write(runner.overview)
  }
  save(false)
  let due = 0
  const timer = setInterval(() => {
    display.show(runner.overview)
    const start = performance.now()
    if (start < due) return
    unlessDiskIsFull(display, () => {
      save(false)
    })
    due = start + Math.max(CHECKPOINT, (performance.now() - start) / SAVING) - TICK / 2
  }, TICK)
  try {
    await runner.run()
  } finally {
    clearInterval(timer)
    await executor.close()
    for (const signal of SIGNALS) process.off(signal, interrupt)
    display.close(runner.overview)
  }
  if (stop.signal.aborted) {
    process.exitCode = 130
    const waiting = standings.flatMap((s) => s.errors).filter((k) => k.explanation === null).length
    if (waiting > 0)
      process.stderr.write(`rcufuzz: ${waiting} violations are not minimized yet, --resume does it\n`)
  }
  const problems = report(standings)
  if (problems && standings.every((s) => s.executions === 0)) {
    folder.clear()
    throw new UserError(problems)
  }
  orSay(options.out, () => {
    save(!stop.signal.aborted)
  })
  if (problems) {
    process.stderr.write(`rcufuzz: ${problems}\n`)
    process.exitCode ||= 2
  }
  return orSay(options.out, () => results(campaign, subjects, standings, runner, options.out))
}

/** Threads of this process, or workers anywhere; what that takes is loaded when it is wanted. */
async function executorFor({ queue, workers }: CampaignOptions, display: Display): Promise<Executor> {
  if (queue === undefined)
    return new Pool(workers, (message) => {
      display.warn(message)
    })
  const { QueueExecutor } = await import('../fuzz/queue-executor.js')
  return QueueExecutor.connect(queue)
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The campaign of a folder, or a clear word when it holds none. */
export function campaignIn(folder: CampaignFolder): CampaignFile {
  const campaign = folder.load()
  if (!campaign)
    throw new UserError(`${folder.dir} holds no campaign; \`rcufuzz fuzz --out ${folder.dir}\` makes one`)
  return campaign
}

/** What is to be run: what the folder holds, when it goes on; else what the command line says. */
async function describe(
  systems: readonly string[],
  options: CampaignOptions,
  stored: CampaignFile | null,
  given: (option: string) => boolean,
): Promise<CampaignFile> {
  const { budget } = options
  const settings: Settings = { seed: options.seed, engine: options.engine, driver: options.driver }
  const models = option.modelsOf(options.memoryModel)
  const selected = async (): Promise<Job[]> => option.jobsOf(await option.select(systems, options), models)
  if (!stored)
    return {
      format: 'rcufuzz campaign',
      version: CAMPAIGN_VERSION,
      command: option.commandLine(process.argv.slice(2)),
      settings,
      budget,
      jobs: await selected(),
      corpus: options.corpus,
      complete: false,
    }
  for (const name of ['seed', 'engine', 'driver'] as const)
    if (given(name) && settings[name] !== stored.settings[name])
      throw new UserError(
        `${options.out} holds a campaign with --${name} ${stored.settings[name]}, not ${settings[name]}; leave it out, or name another --out`,
      )
  if (systems.length > 0 || given('fix') || given('memoryModel')) {
    const [here, there] = [await selected(), stored.jobs].map((jobs) => jobs.map(keyOf).join(', '))
    if (here !== there)
      throw new UserError(
        `${options.out} holds a campaign of ${there}, not of ${here}; leave the selection out, or name another --out`,
      )
  }
  return { ...stored, ...((given('time') || given('runs')) && { budget }) }
}

/** A job's system and candidate, loaded. */
export async function subjectOf(job: Job): Promise<Subject> {
  const system = await loadSystem(job.system)
  return { system, fix: (await loadFix(system, job.fix)).fix, memoryModel: job.memoryModel }
}

/** On the terminal; and with a budget in time, when nobody may be watching, in the folder's log too. */
function displayFor(out: string, logged: boolean): Display {
  const terminal = terminalDisplay()
  if (!logged) return terminal
  const log = new LineDisplay((text) => {
    unlessDiskIsFull(terminal, () => {
      appendLog(join(out, 'campaign.log'), text)
    })
  })
  return {
    show: (o) => {
      for (const d of [terminal, log]) d.show(o)
    },
    warn: (message) => {
      for (const d of [terminal, log]) d.warn(message)
    },
    close: (o) => {
      for (const d of [terminal, log]) d.close(o)
    },
  }
}

/** The last writing, which cannot be put off any more. */
function orSay<T>(out: string, write: () => T): T {
  try {
    return write()
  } catch (e) {
    throw new UserError(
      `cannot write the results to ${out}: ${(e as Error).message}; what was saved before is there, --resume goes on`,
    )
  }
}

let told = ''

/** What cannot be written now is written at the next checkpoint: the campaign goes on in memory. */
function unlessDiskIsFull(display: Display, write: () => void): void {
  try {
    write()
    told = ''
  } catch (e) {
    const { message } = e as Error
    if (told === '') display.warn(`${message}; going on in memory, and trying again`)
    told = message
  }
}

/** What kept candidates from being fuzzed, in one message. */
const report = (standings: readonly Standing[]): string =>
  [...new Set(standings.flatMap((s) => (s.problem ? [inWords(s.problem)] : [])))].join('\nrcufuzz: ')

function results(
  campaign: CampaignFile,
  subjects: readonly Subject[],
  standings: readonly Standing[],
  runner: Runner,
  out: string,
): FuzzFile {
  const files = new Map<string, string>()
  for (const standing of standings)
    for (const { explanation } of standing.errors)
      if (explanation) files.set(explanation.found.file, storeBest(campaign.corpus, explanation.entry))
  const results = standings.flatMap((standing, i) => {
    if (standing.executions === 0 && !standing.problem) return []
    const result = resultOf(subjects[i] as Subject, standing, runner.secondsOf(standing))
    const violations = result.violations.map((v) => {
      const file = files.get(v.file) as string
      return { ...v, file, command: `npx rcufuzz replay ${file}` }
    })
    return [{ ...result, violations }]
  })
  const file: FuzzFile = {
    version: RESULTS_VERSION,
    kind: 'fuzz',
    seed: campaign.settings.seed,
    command: campaign.command,
    results,
    matrix: crossingsOf(subjects, standings, files),
  }
  // A results file is the same for the same seed and number of runs: how long it took is for stdout only.
  const lasting = { ...file, results: results.map((r) => ({ ...r, seconds: undefined })) }
  writeAtomically(join(out, 'fuzz.json'), `${JSON.stringify(lasting, null, 2)}\n`)
  return file
}
