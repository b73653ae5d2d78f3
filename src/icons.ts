import { LabIcon } from '@jupyterlab/ui-components';

/** A scheduler and its three workers. */
export const daskSlurmIcon = new LabIcon({
  name: 'jupyter-dask-slurm:cluster',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="#616161">
    <circle cx="8" cy="3.5" r="2.5"/>
    <path d="M7.5 5h1v2.5h4.75c.4 0 .75.35.75.75V10.5h-1V8.5h-4.5V10.5h-1V8.5H3V10.5H2V8.25c0-.4.35-.75.75-.75H7.5z"/>
    <rect x=".5" y="10.5" width="4" height="4" rx=".8"/>
    <rect x="6" y="10.5" width="4" height="4" rx=".8"/>
    <rect x="11.5" y="10.5" width="4" height="4" rx=".8"/>
  </g>
</svg>`
});

/** Bars of a task stream. */
export const dashboardIcon = new LabIcon({
  name: 'jupyter-dask-slurm:dashboard',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="#616161">
    <rect x="1" y="2" width="6" height="2.6" rx=".6"/><rect x="8" y="2" width="3.5" height="2.6" rx=".6"/>
    <rect x="3" y="6.7" width="3" height="2.6" rx=".6"/><rect x="7" y="6.7" width="8" height="2.6" rx=".6"/>
    <rect x="1" y="11.4" width="9" height="2.6" rx=".6"/><rect x="11" y="11.4" width="3" height="2.6" rx=".6"/>
  </g>
</svg>`
});

/** A sheet with bars: a report to keep. */
export const reportIcon = new LabIcon({
  name: 'jupyter-dask-slurm:report',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <g class="jp-icon3" stroke="#616161" stroke-width="1.3" stroke-linecap="round" stroke-linejoin="round">
    <path fill="none" d="M3.5 1.7h6l3 3v9.6h-9z"/>
    <path fill="none" d="M6 12V9.5M8 12V7M10 12v-1.5"/>
  </g>
</svg>`
});

/** A cell with a plus: code goes into a new cell. */
export const insertIcon = new LabIcon({
  name: 'jupyter-dask-slurm:insert',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <g class="jp-icon3" stroke="#616161" stroke-width="1.3" stroke-linecap="round" stroke-linejoin="round">
    <path fill="none" d="M14 7V4.2c0-.7-.5-1.2-1.2-1.2H3.2C2.5 3 2 3.5 2 4.2v6.6c0 .7.5 1.2 1.2 1.2H7"/>
    <path fill="none" d="M4.8 5.8 6.7 7.5 4.8 9.2M12 9.5v5M9.5 12h5"/>
  </g>
</svg>`
});
