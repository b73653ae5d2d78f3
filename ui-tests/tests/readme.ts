import { readFileSync } from 'fs';
import { join } from 'path';

/** A step of README: what is to be clicked, and the code that stands there. */
export interface IStep {
  readonly words: readonly string[];
  readonly code: string;
}

/** The numbered steps below a heading of README; what stands in bold type is on the screen by this name. */
export function stepsOf(heading: string): IStep[] {
  const text = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf-8');
  const section = text.split(`\n## ${heading}\n`)[1].split('\n## ')[0];
  return section
    .split(/^\d+\. /m)
    .slice(1)
    .map(step => ({
      words: [...step.matchAll(/\*\*(.+?)\*\*/g)].map(([, word]) => word),
      code: (/```python\n([^]*?)```/.exec(step)?.[1] ?? '').replace(/^ {3}/gm, '').trim()
    }));
}
