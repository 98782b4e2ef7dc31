import { defineConfig } from 'vitest/config'

// The tests run the compiled code, so that c8 maps real files back to their sources: dist is left to Node.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'targets/*/test/*.test.ts'],
    pool: 'threads',
    maxWorkers: 2,
    testTimeout: 60_000,
    reporters: ['default', './test/closing-line.ts'],
    server: { deps: { external: [/\/dist\//] } },
  },
})
