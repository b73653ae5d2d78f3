import { clustersPlugin } from './plugins/clusters';
import { createPlugin } from './plugins/create';
import { dashboardsPlugin } from './plugins/dashboards';
import { examplesPlugin } from './plugins/examples';
import { panelPlugin } from './plugins/panel';
import { selectionPlugin } from './plugins/selection';
import { snippetsPlugin } from './plugins/snippets';

export * from './tokens';

export default [
  clustersPlugin,
  selectionPlugin,
  panelPlugin,
  createPlugin,
  dashboardsPlugin,
  snippetsPlugin,
  examplesPlugin
];
