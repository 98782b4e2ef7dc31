import { availableParallelism, cpus } from 'node:os'
import { dirname } from 'node:path'
import { Command } from 'commander'
import { stringify } from 'yaml'
import { calibrate, type Calibration } from '../bench/calibrate.js'
import { COSTS } from '../bench/costs.js'
import { writableFolder, writeAtomically } from '../folders.js'
import * as option from './options.js'

export function calibrateCommand(): Command {
  const command = new Command('calibrate')
    .description('measure on this computer what the cost model is made of, for `bench --cost`')
    .option('--out <file>', 'where the costs go', 'costs.yaml')
    .addOption(option.jsonOption())
    .action(async ({ out, json }: { out: string; json?: boolean }) => {
      writableFolder(dirname(out))
      const result = await calibrate(
        (what) => process.stderr.write(`calibrate: ${what}\n`),
        availableParallelism(),
      )
      writeAtomically(out, file(result))
      process.stdout.write(
        json
          ? `${JSON.stringify({ version: 1, file: out, ...result })}\n`
          : `${lines(result, out).join('\n')}\n`,
      )
    })
  return option.examples(command, [
    'calibrate',
    'calibrate --out mine.yaml',
    'bench <system> --cost mine.yaml',
  ])
}

function file({ costs }: Calibration): string {
  const cpu = cpus()[0]?.model ?? 'unknown'
  const entries = costs.map((c) => [
    c.name,
    {
      value: c.value,
      unit: 'ns',
      source: `measured by rcufuzz calibrate, ${cpu}: ${c.how}; ${c.low} to ${c.high} in the middle 80 % of ${c.samples} samples`,
    },
  ])
  return `# Costs of this computer, for \`rcufuzz bench --cost\`. What is not here keeps its documented value.\n${stringify(
    Object.fromEntries(entries),
    { lineWidth: 0 },
  )}`
}

function lines({ costs, contendedAdd }: Calibration, out: string): string[] {
  const value = (name: keyof typeof COSTS): number => costs.find((c) => c.name === name)?.value ?? 0
  return [
    ...costs.map(
      (c) =>
        `${c.name.padEnd(14)} ${String(c.value).padStart(7)} ns   (${c.low} to ${c.high}; documented: ${COSTS[c.name].value})   ${c.how}`,
    ),
    ...(contendedAdd === null
      ? ['One core: transfers and wake-ups cannot be measured, they keep their documented values.']
      : [
          `Two threads adding to one word: ${contendedAdd.toFixed(1)} ns an addition; the model says ${(value('transfer') + value('atomic')).toFixed(1)} ns when the line moves every time.`,
        ]),
    `Written to ${out}; use it with: npx rcufuzz bench <system> --cost ${out}`,
  ]
}
