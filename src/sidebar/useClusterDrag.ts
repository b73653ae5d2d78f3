import { MimeData } from '@lumino/coreutils';
import { Drag } from '@lumino/dragdrop';
import * as React from 'react';

import type { Cluster } from '../api/contract';
import { useClusterContext } from '../cluster/context';
import { insertIcon } from '../icons';

/** Notebooks take cells of this type wherever they are dropped. */
const CELLS_MIME = 'application/vnd.jupyter.cells';
const THRESHOLD_PX = 5;

type PointerHandlers = Pick<
  React.HTMLAttributes<HTMLElement>,
  'onPointerDown' | 'onPointerMove' | 'onPointerUp' | 'onPointerLeave'
>;

interface IGrip {
  readonly x: number;
  readonly y: number;
  /** Asked for when the pointer goes down, for the drag itself has to start in one piece. */
  readonly code: Promise<string>;
}

/** Lets a cluster be dragged onto a notebook, where it becomes a new cell that connects to it. */
export function useClusterDrag(cluster: Cluster): PointerHandlers {
  const { manager } = useClusterContext();
  const grip = React.useRef<IGrip | null>(null);
  const release = () => {
    grip.current = null;
  };
  return {
    onPointerDown: event => {
      const onControl =
        event.target instanceof Element && event.target.closest('button, input, summary, pre');
      if (event.button === 0 && !onControl) {
        const code = manager.client.snippet(cluster.id, 'connect').then(snippet => snippet.code);
        code.catch(() => undefined);
        grip.current = { x: event.clientX, y: event.clientY, code };
      }
    },
    onPointerMove: event => {
      const held = grip.current;
      if (held && Math.hypot(event.clientX - held.x, event.clientY - held.y) > THRESHOLD_PX) {
        release();
        void startDrag(cluster, held, event.clientX, event.clientY);
      }
    },
    onPointerUp: release,
    onPointerLeave: release
  };
}

async function startDrag(cluster: Cluster, grip: IGrip, x: number, y: number): Promise<void> {
  let dropped = false;
  document.addEventListener('pointerup', () => (dropped = true), { once: true, capture: true });
  const source = (await grip.code).trimEnd();
  if (dropped) {
    return;
  }
  const mimeData = new MimeData();
  const cell = { cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null };
  mimeData.setData(CELLS_MIME, [cell]);
  mimeData.setData('text/plain', source);
  const drag = new Drag({
    mimeData,
    dragImage: createDragImage(cluster.name),
    supportedActions: 'copy',
    proposedAction: 'copy',
    source: null
  });
  await drag.start(x, y);
  drag.dispose();
}

function createDragImage(name: string): HTMLElement {
  const image = document.createElement('div');
  image.className = 'jp-DaskSlurmDrag';
  insertIcon.element({ container: image.appendChild(document.createElement('span')), tag: 'span' });
  image.append(name);
  return image;
}
