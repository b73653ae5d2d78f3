import * as React from 'react';

import { useClusterContext } from '../cluster/context';
import { Section, SECTIONS, sectionTitle } from './sections';

interface ITabsProps {
  readonly current: Section;
  readonly onChange: (section: Section) => void;
  readonly children: React.ReactNode;
}

/** The sections as tabs: arrow keys move between them, as WAI-ARIA's pattern has it. */
export function Tabs({ current, onChange, children }: ITabsProps): React.ReactElement {
  const { trans } = useClusterContext();
  const id = React.useId();
  const list = React.useRef<HTMLDivElement>(null);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const next = neighbour(current, event.key);
    if (next) {
      event.preventDefault();
      onChange(next);
      list.current?.querySelector<HTMLElement>(`[data-section="${next}"]`)?.focus();
    }
  };
  return (
    <>
      <div
        ref={list}
        className="jp-DaskSlurmTabs"
        role="tablist"
        aria-label={trans.__('About this cluster')}
        onKeyDown={onKeyDown}
      >
        {SECTIONS.map(section => (
          <button
            key={section}
            id={`${id}-${section}`}
            data-section={section}
            role="tab"
            className="jp-DaskSlurmTabs-tab"
            aria-selected={section === current}
            aria-controls={`${id}-body`}
            tabIndex={section === current ? 0 : -1}
            onClick={() => onChange(section)}
          >
            {sectionTitle(section, trans)}
          </button>
        ))}
      </div>
      <div
        id={`${id}-body`}
        className="jp-DaskSlurmTabs-body"
        role="tabpanel"
        aria-labelledby={`${id}-${current}`}
        tabIndex={0}
      >
        {children}
      </div>
    </>
  );
}

function neighbour(current: Section, key: string): Section | undefined {
  const index = SECTIONS.indexOf(current);
  const count = SECTIONS.length;
  const moves: Record<string, number> = {
    ArrowRight: (index + 1) % count,
    ArrowLeft: (index + count - 1) % count,
    Home: 0,
    End: count - 1
  };
  return SECTIONS[moves[key]];
}
