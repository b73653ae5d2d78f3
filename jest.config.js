const base = require('@jupyterlab/testing/lib/jest-config')(__dirname);

module.exports = {
  ...base,
  collectCoverageFrom: ['src/**/*.{ts,tsx}', '!src/__tests__/**'],
  reporters: ['default'],
  rootDir: __dirname,
  roots: ['<rootDir>/src'],
  // A machine that is busy with others may be slow; what is lost never comes.
  testTimeout: 30_000,
  testRegex: '/src/__tests__/.*\\.spec\\.tsx?$',
  transform: {
    ...base.transform,
    // Types are checked by "jlpm lint:check", once for all files.
    '^.+\\.tsx?$': ['ts-jest', { tsconfig: 'tsconfig.test.json', diagnostics: false }]
  },
  transformIgnorePatterns: [
    '/node_modules/(?!@jupyterlab/|@jupyter/|@microsoft/|exenv-es6|lib0|y-protocols|yjs).+'
  ]
};
