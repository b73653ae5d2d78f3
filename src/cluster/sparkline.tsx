import * as React from 'react';

import { ISample, TREND_MS } from '../model/trends';

const WIDTH = 100;
const HEIGHT = 20;

interface ISparklineProps {
  readonly samples: readonly ISample[];
  readonly of: 'cpu' | 'memory';
  /** Milliseconds since 1970: the right edge. */
  readonly now: number;
}

/** The last ten minutes as a small curve; the number beside it says the same to who cannot see it. */
export function Sparkline({ samples, of, now }: ISparklineProps): React.ReactElement {
  const line = outline(samples, of, now);
  return (
    <svg
      className="jp-DaskSlurmSparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {line && <path className="jp-DaskSlurmSparkline-area" d={`${line}V${HEIGHT}H${startOf(line)}Z`} />}
      {line && <path className="jp-DaskSlurmSparkline-line" d={line} />}
    </svg>
  );
}

/** @returns the curve as steps, for a value holds until the next one; empty where nothing is known. */
export function outline(samples: readonly ISample[], of: 'cpu' | 'memory', now: number): string {
  const x = (time: number) => round(Math.max(0, WIDTH * (1 - (now - time) / TREND_MS)));
  // Half a unit of room, so that lines at 0 and 1 are not cut in half.
  const y = (value: number) => round((HEIGHT - 1) * (1 - value) + 0.5);
  const steps = samples.map((sample, index) =>
    index === 0 ? `M${x(sample.time)} ${y(sample[of])}` : `H${x(sample.time)}V${y(sample[of])}`
  );
  return steps.length > 0 ? `${steps.join('')}H${WIDTH}` : '';
}

function startOf(line: string): string {
  return line.slice(1, line.indexOf(' '));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
