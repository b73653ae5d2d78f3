import type { TranslationBundle } from '@jupyterlab/translation';

/** A notebook that comes with the package. */
export interface IExample {
  /** By which the server knows it, and what its file is called. */
  readonly name: string;
  readonly title: string;
}

/** @returns the notebooks that the server has; listed here so that showing them asks nothing. */
export function listExamples(trans: TranslationBundle): readonly IExample[] {
  return [
    { name: 'array-sum', title: trans.__('Array larger than memory') },
    { name: 'difference-of-gaussians', title: trans.__('Image filter through Zarr') },
    { name: 'futures', title: trans.__('Functions as futures') }
  ];
}
