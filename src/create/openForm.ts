import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, MainAreaWidget } from '@jupyterlab/apputils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';

import { daskSlurmIcon } from '../icons';
import { FormWidget, IFormWidgetOptions } from './formWidget';

import '../../style/form.css';

export { LastChoices } from './request/lastChoices';

const ID = 'jupyter-dask-slurm-create';

/** Show the form as a tab, where there is room for what the form explains. One form at a time. */
export function openAsTab(app: JupyterFrontEnd, options: IFormWidgetOptions): FormWidget {
  const { trans, like, manager } = options;
  for (const open of app.shell.widgets('main')) {
    if (open.id === ID) {
      open.dispose();
    }
  }
  const content = new FormWidget(options);
  const tab = new MainAreaWidget({ content });
  const cluster = like === undefined ? undefined : manager.get(like);
  tab.id = ID;
  tab.title.label = cluster ? trans.__('Start %1 again', cluster.name) : trans.__('New cluster');
  tab.title.icon = daskSlurmIcon;
  tab.title.closable = true;
  tab.toolbar.hide();
  // Afterwards: a widget that is gone tells nobody else.
  content.done.connect(() => queueMicrotask(() => tab.dispose()));
  app.shell.add(tab, 'main', placeFor(app));
  app.shell.activateById(ID);
  return content;
}

/** A pane that is narrower than this has no room for the form. */
const NARROW_PX = 500;

/** @returns where the form opens: as a tab beside what is in use, unless the widest pane alone has room. */
function placeFor(app: JupyterFrontEnd): DocumentRegistry.IOpenOptions {
  const shown = [...app.shell.widgets('main')].filter(widget => widget.isVisible);
  const inUse = shown.find(widget => widget === app.shell.currentWidget);
  const byWidth = [...shown].sort((one, other) => other.node.clientWidth - one.node.clientWidth);
  const hasRoom = inUse && inUse.node.clientWidth >= NARROW_PX;
  const ref = hasRoom ? inUse : byWidth[0];
  return ref ? { ref: ref.id, mode: 'tab-after' } : {};
}

/**
 * Show the form as a dialog, for shells that hold a single main widget.
 *
 * A dialog waits until another one is closed: what would be lost is asked before the form opens.
 *
 * @returns null where the user gave up.
 */
export async function openAsDialog(options: IFormWidgetOptions): Promise<FormWidget | null> {
  const { like, manager, mayRestart } = options;
  const cluster = like === undefined ? undefined : manager.get(like);
  if (cluster && !(await mayRestart(cluster))) {
    return null;
  }
  const form = new FormWidget({ ...options, mayRestart: () => Promise.resolve(true) });
  const dialog = new Dialog({ body: form, buttons: [], hasClose: true });
  form.done.connect(() => queueMicrotask(() => dialog.reject()));
  void dialog.launch();
  return form;
}
