import js from '@eslint/js'
import ts from 'typescript-eslint'

const node = { console: 'readonly', performance: 'readonly', process: 'readonly', URL: 'readonly' }

export default ts.config(
  { ignores: ['dist/', 'coverage/', 'reports/', 'node_modules/', '.dependency-cruiser.cjs'] },
  js.configs.recommended,
  ...ts.configs.strict,
  { files: ['scripts/*.mjs'], languageOptions: { globals: node } },
  {
    rules: {
      // A coroutine may end without a step of its own.
      'require-yield': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // `Op<void>` is an operation without a result.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // The null object methods of a memory model that has nothing to do.
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
)
