import { clustersPlugin } from './plugins/clusters';
import { createPlugin } from './plugins/create';
import { dashboardsPlugin } from './plugins/dashboards';
import { detailsPlugin } from './plugins/details';
import { examplesPlugin } from './plugins/examples';
import { notebooksPlugin } from './plugins/notebooks';
import { notificationsPlugin } from './plugins/notifications';
import { panelPlugin } from './plugins/panel';
import { runningPlugin } from './plugins/running';
import { selectionPlugin } from './plugins/selection';
import { snippetsPlugin } from './plugins/snippets';
import { statusBarPlugin } from './plugins/statusBar';

export * from './tokens';

export default [
  clustersPlugin,
  selectionPlugin,
  panelPlugin,
  createPlugin,
  dashboardsPlugin,
  detailsPlugin,
  snippetsPlugin,
  notebooksPlugin,
  examplesPlugin,
  runningPlugin,
  statusBarPlugin,
  notificationsPlugin
];
