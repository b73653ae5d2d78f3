import type { ScalingRequest } from '../api/client';

/**
 * @returns what somebody has written as the size of a cluster: `8` or `8 jobs`, `48 cores`, `16 workers`,
 * else memory, which the server reads and judges.
 */
export function readSize(text: string): ScalingRequest {
  const counted = /^(\d+)\s*(jobs?|cores?|workers?)?$/i.exec(text.trim());
  if (!counted) {
    return { mode: 'manual', memory: text.trim() };
  }
  const count = Number(counted[1]);
  const unit = (counted[2] ?? 'jobs').toLowerCase();
  if (unit.startsWith('core')) {
    return { mode: 'manual', cores: count };
  }
  return unit.startsWith('worker') ? { mode: 'manual', workers: count } : { mode: 'manual', jobs: count };
}
