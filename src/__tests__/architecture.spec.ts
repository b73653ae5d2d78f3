import { readdirSync, readFileSync } from 'fs';
import { basename, dirname, join, relative } from 'path';
import * as ts from 'typescript';

const SRC = join(__dirname, '..');
const MOST_MODULES = 15;

/** Every module by its path without suffix. */
const FILES = new Map(
  readdirSync(SRC, { recursive: true, encoding: 'utf-8' })
    .filter(file => /\.tsx?$/.test(file))
    .map(file => [moduleOf(file), join(SRC, file)])
);
const MODULES = [...FILES.keys()].filter(module => !module.startsWith('__tests__'));

function moduleOf(file: string): string {
  return file.replace(/\.tsx?$/, '');
}

/** @returns what a module imports of ours in any way: for good, later, again, or its types alone. */
function importsOf(module: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(FILES.get(module) ?? '', 'utf-8'), true, true);
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => relative(SRC, join(SRC, dirname(module), fileName)))
    .filter(imported => FILES.has(imported));
}

/** @returns the modules on circles and between them: who imports none of the others goes, and whom none imports. */
function inCircles(modules: readonly string[]): string[] {
  const left = new Map(modules.map(module => [module, importsOf(module)]));
  for (let count = 0; count !== left.size;) {
    count = left.size;
    for (const [module, imports] of left) {
      const isImported = [...left.values()].some(others => others.includes(module));
      if (!isImported || !imports.some(imported => left.has(imported))) {
        left.delete(module);
      }
    }
  }
  return [...left.keys()];
}

it('no modules import each other in a circle, not even types', () => {
  expect(MODULES.flatMap(importsOf).length).toBeGreaterThan(MODULES.length);
  expect(inCircles(MODULES)).toEqual([]);
});

it(`no folder holds more than ${MOST_MODULES} modules`, () => {
  const folders = new Map<string, number>();
  [...FILES.keys()].map(dirname).forEach(folder => folders.set(folder, (folders.get(folder) ?? 0) + 1));
  expect([...folders].filter(([, count]) => count > MOST_MODULES)).toEqual([]);
});

it('the name of a module says which one it is: none bears it twice, but for a plugin that bears that of its subject', () => {
  const names = MODULES.filter(module => dirname(module) !== 'plugins').map(module => basename(module));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
