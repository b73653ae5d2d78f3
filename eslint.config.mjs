import { readdirSync } from 'node:fs';
import { fileURLToPath, URL } from 'node:url';

import js from '@eslint/js';
import jupyter from '@jupyter/eslint-plugin';
import prettier from 'eslint-config-prettier';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import hooks from 'eslint-plugin-react-hooks';
import ts from 'typescript-eslint';

const PROJECT = fileURLToPath(new URL('.', import.meta.url));

/** What each room of src/ may import of src/ beside itself. A room within a room is held to its own line as well. */
const GROUND = ['api', 'commandIds.ts', 'icons.ts', 'model', 'tokens.ts'];
const FEATURES = ['create', 'dashboards', 'details', 'examples', 'notebook', 'shell', 'sidebar', 'snippets'];
const ROOMS = {
  'commandIds.ts': [],
  'icons.ts': [],
  api: [],
  'tokens.ts': ['api'],
  model: ['api', 'tokens.ts'],
  commands: GROUND,
  cluster: GROUND,
  'cluster/scaling': ['cluster/context.ts', ...GROUND],
  create: GROUND,
  'create/request': GROUND,
  'create/preview': GROUND,
  'create/forecast': ['create/request', ...GROUND],
  'create/fields': ['create/request', ...GROUND],
  'create/profile': ['create/request', ...GROUND],
  dashboards: ['commands', ...GROUND],
  'dashboards/confined': ['api'],
  details: ['cluster', 'commands', ...GROUND],
  examples: GROUND,
  notebook: ['commands', ...GROUND],
  'notebook/kernel': GROUND,
  shell: ['commands', ...GROUND],
  sidebar: ['cluster', 'dashboards', 'examples', ...GROUND],
  snippets: ['commands', ...GROUND],
  window: ['api', 'dashboards/confined'],
  plugins: ['commands', ...FEATURES, ...GROUND],
  'index.ts': ['plugins', 'tokens.ts']
};
// A room without a line may import nothing, so that none is forgotten.
const UNLISTED = readdirSync(`${PROJECT}/src`).filter(room => room !== '__tests__' && !(room in ROOMS));
const ZONES = [...Object.entries(ROOMS), ...UNLISTED.map(room => [room, []])].map(([room, others]) => ({
  target: `./src/${room}`,
  from: './src',
  except: [room, ...others].map(other => `./${other}`),
  message: `${room} may import of src/: ${others.join(', ') || 'nothing'} (docs/architecture.md).`
}));

/** Rules of docs/architecture.md: what a room may know of what is not ours. */
function mayNotKnow(room, message, patterns) {
  return {
    files: [`src/${room}/**/*.{ts,tsx}`],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: patterns, message }] }] }
  };
}

const UI = ['react', 'react-dom', '@jupyterlab/ui-components', '@jupyterlab/apputils', '@lumino/widgets'];
const HTTP = ['**/api/request', '**/api/events', '@jupyterlab/services'];

/** What JupyterLab does not load at its start, by module or by room. */
const LATE =
  '/((cluster|create|sidebar)/.+|attach|clusterWork|connectedNotebook|copyExample|detailsWidget|dialogs|favourites|insertSnippet|layoutDialogs|linkNotebooks|newMenu|notebookCommands|notifier|openTab|pane|plots|plotTable|recipe|recipeCommands|saveReport|statusItem)$';

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
      'max-lines': ['error', 400],
      // Signals are connected with `this` as their second argument, which Jupyter's own rule watches.
      '@typescript-eslint/unbound-method': 'off',
      curly: ['error', 'all'],
      eqeqeq: 'error',
      // What loads at the start is held by its size: models and commands are small, widgets load late.
      'jupyter/prefer-lazy-imports': 'off',
      'prefer-arrow-callback': ['error', { allowNamedFunctions: true }]
    }
  },
  // Written by scripts/contract: as long as there is to tell.
  { files: ['src/api/contract.ts'], rules: { 'max-lines': 'off' } },
  { files: ['src/plugins/**/*.ts'], rules: { 'max-lines-per-function': ['error', 45] } },
  {
    files: ['src/__tests__/**', 'ui-tests/**'],
    rules: { 'max-lines-per-function': 'off', 'jupyter/no-untranslated-string': 'off' }
  },
  // There is no JupyterLab around it that knows the user's language.
  { files: ['src/window/**'], rules: { 'jupyter/no-untranslated-string': 'off' } },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/__tests__/**'],
    plugins: { import: importX },
    settings: {
      'import-x/extensions': ['.ts', '.tsx'],
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.tsx'] })]
    },
    rules: {
      // Circles of types alone are found by src/__tests__/architecture.spec.ts: this rule passes them over.
      'import/no-cycle': ['error', { ignoreExternal: true }],
      'import/no-restricted-paths': ['error', { basePath: PROJECT, zones: ZONES }]
    }
  },
  {
    files: ['src/plugins/*.ts', 'src/commands/*.ts', 'src/**/*Command{,s}.ts'],
    ignores: ['src/commands/clusterWork.ts', 'src/notebook/{notebook,recipe}Commands.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: LATE,
              allowTypeImports: true,
              message: 'Loaded when first needed: import() it, or just its type.'
            }
          ]
        }
      ]
    }
  },
  {
    files: ['src/commandIds.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ regex: '.', message: 'Names alone.' }] }] }
  },
  mayNotKnow('api', 'api/ knows no widgets.', UI),
  mayNotKnow('model', 'model/ knows no widgets.', UI),
  ...['cluster', 'create', 'dashboards', 'details', 'shell', 'sidebar', 'snippets'].map(room =>
    mayNotKnow(room, 'What is shown asks the model, not the server.', HTTP)
  ),
  { files: ['**/*.mjs'], ...ts.configs.disableTypeChecked },
  prettier
);
