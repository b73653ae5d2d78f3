/** Every command of this extension; arguments are in each command's `describedBy`. */
export const CommandIDs = {
  openPanel: 'dask-slurm:open-panel',
  createCluster: 'dask-slurm:create-cluster',
  scaleCluster: 'dask-slurm:scale-cluster',
  adaptCluster: 'dask-slurm:adapt-cluster',
  renameCluster: 'dask-slurm:rename-cluster',
  restartCluster: 'dask-slurm:restart-cluster',
  stopCluster: 'dask-slurm:stop-cluster',
  keepCluster: 'dask-slurm:keep-cluster',
  resubmitJobs: 'dask-slurm:resubmit-jobs',
  copyAddress: 'dask-slurm:copy-address',
  refreshClusters: 'dask-slurm:refresh-clusters',
  insertClient: 'dask-slurm:insert-client',
  openDetails: 'dask-slurm:open-details',
  cancelJobs: 'dask-slurm:cancel-jobs',
  openDashboard: 'dask-slurm:open-dashboard',
  openLayout: 'dask-slurm:open-layout',
  saveLayout: 'dask-slurm:save-layout',
  openExample: 'dask-slurm:open-example'
} as const;
