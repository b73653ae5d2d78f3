/** Every command of this extension; arguments are in each command's `describedBy`. */
export const CommandIDs = {
  openPanel: 'dask-slurm:open-panel',
  createCluster: 'dask-slurm:create-cluster',
  startLast: 'dask-slurm:start-last',
  scaleCluster: 'dask-slurm:scale-cluster',
  adaptCluster: 'dask-slurm:adapt-cluster',
  renameCluster: 'dask-slurm:rename-cluster',
  restartCluster: 'dask-slurm:restart-cluster',
  stopCluster: 'dask-slurm:stop-cluster',
  keepCluster: 'dask-slurm:keep-cluster',
  resubmitJobs: 'dask-slurm:resubmit-jobs',
  saveProfile: 'dask-slurm:save-profile',
  copyAddress: 'dask-slurm:copy-address',
  refreshClusters: 'dask-slurm:refresh-clusters',
  insertClient: 'dask-slurm:insert-client',
  attachNotebook: 'dask-slurm:attach-notebook',
  detachNotebook: 'dask-slurm:detach-notebook',
  toggleAutoAttach: 'dask-slurm:toggle-auto-attach',
  startRecipe: 'dask-slurm:start-recipe',
  keepRecipe: 'dask-slurm:keep-recipe',
  openDetails: 'dask-slurm:open-details',
  cancelJobs: 'dask-slurm:cancel-jobs',
  openDashboard: 'dask-slurm:open-dashboard',
  openLayout: 'dask-slurm:open-layout',
  saveLayout: 'dask-slurm:save-layout',
  saveReport: 'dask-slurm:save-report',
  openExample: 'dask-slurm:open-example',
  toggleBrowserNotifications: 'dask-slurm:toggle-browser-notifications'
} as const;

/** The id of the panel's widget. */
export const PANEL_ID = 'jupyter-dask-slurm-panel';
