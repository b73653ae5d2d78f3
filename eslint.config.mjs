import js from '@eslint/js';
import jupyter from '@jupyter/eslint-plugin';
import prettier from 'eslint-config-prettier';
import hooks from 'eslint-plugin-react-hooks';
import ts from 'typescript-eslint';

/** Rules of docs/architecture.md: what a folder may know. */
function mayNotKnow(folder, message, patterns) {
  return {
    files: [`src/${folder}/**/*.{ts,tsx}`],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: patterns, message }] }] }
  };
}

const UI = ['react', 'react-dom', '@jupyterlab/ui-components', '@jupyterlab/apputils', '@lumino/widgets'];
const HTTP = ['**/api/request', '**/api/events', '@jupyterlab/services'];

export default ts.config(
  {
    ignores: [
      'lib/**',
      'node_modules/**',
      'jupyter_dask_slurm/**',
      'coverage/**',
      '.venv/**',
      '.cache/**',
      'ui-tests/node_modules/**',
      'ui-tests/playwright-report/**',
      '**/*.js'
    ]
  },
  js.configs.recommended,
  { plugins: { jupyter }, ...jupyter.configs.recommended[0] },
  ...ts.configs.recommendedTypeChecked,
  {
    plugins: { 'react-hooks': hooks },
    languageOptions: {
      parserOptions: { projectService: false, project: ['./tsconfig.test.json', './ui-tests/tsconfig.json'] }
    },
    rules: {
      ...hooks.configs.recommended.rules,
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'interface', format: ['PascalCase'], custom: { regex: '^I[A-Z]', match: true } }
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', 260],
      // Signals are connected with `this` as their second argument, which Jupyter's own rule watches.
      '@typescript-eslint/unbound-method': 'off',
      curly: ['error', 'all'],
      eqeqeq: 'error',
      // What loads at the start is held by its size: models and commands are small, widgets load late.
      'jupyter/prefer-lazy-imports': 'off',
      'prefer-arrow-callback': ['error', { allowNamedFunctions: true }]
    }
  },
  { files: ['src/plugins/**/*.ts'], rules: { 'max-lines-per-function': ['error', 45] } },
  {
    files: ['src/__tests__/**', 'ui-tests/**'],
    rules: { 'max-lines-per-function': 'off', 'jupyter/no-untranslated-string': 'off' }
  },
  mayNotKnow('api', 'api/ knows no widgets.', UI),
  mayNotKnow('model', 'model/ knows no widgets.', UI),
  ...['sidebar', 'create', 'dashboards', 'details', 'snippets'].map(folder =>
    mayNotKnow(folder, 'What is shown asks the model, not the server.', HTTP)
  ),
  { files: ['**/*.mjs'], ...ts.configs.disableTypeChecked },
  prettier
);
