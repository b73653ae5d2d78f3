import type { TranslationBundle } from '@jupyterlab/translation';

/** What can be shown of a cluster, in the order of the tabs. */
export const SECTIONS = ['jobs', 'logs', 'code', 'history', 'options'] as const;

export type Section = (typeof SECTIONS)[number];

/** @returns a section named in a command's arguments; the jobs where it names none. */
export function readSection(value: unknown): Section {
  return SECTIONS.find(section => section === value) ?? 'jobs';
}

export function sectionTitle(section: Section, trans: TranslationBundle): string {
  const titles: Record<Section, string> = {
    jobs: trans.__('Jobs'),
    logs: trans.__('Logs'),
    code: trans.__('Script and code'),
    history: trans.__('History'),
    options: trans.__('Options')
  };
  return titles[section];
}
