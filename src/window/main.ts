/**
 * A page of a dashboard in a window of its own: the script of the page that Jupyter serves at the addresses
 * of a dashboard. It stands alone, without JupyterLab, and shows what a pane of JupyterLab would show.
 */
import { addressBelow } from '../api/pathBelow';
import { Confinement } from '../dashboards/confined/confinement';
import { askToLeave } from './askToLeave';
import { systemTheme, watchSystemTheme } from './systemTheme';

const [root, jupyter] = /^(.*?\/)dask-slurm\/clusters\/[^/]+\/dashboard\//.exec(window.location.href) ?? [];

/** @returns what is shown by this window's address; a token that it held is in a cookie by now. */
function shownPath(address: string): string {
  const { origin, pathname, searchParams } = new URL(window.location.href);
  searchParams.delete('token');
  const query = searchParams.toString();
  return `${origin}${pathname}${query ? `?${query}` : ''}`.slice(address.length);
}

async function file(address: string, path: string): Promise<Response> {
  const cache = /^statics?\//.test(path) ? 'default' : 'no-store';
  const answer = await fetch(addressBelow(address, path), { cache, redirect: 'error' }).catch(() => {
    throw new Error('Jupyter does not answer, or asks to log in again. Reload this page.');
  });
  if (!answer.ok) {
    const isOfDask = answer.status === 500;
    const why = isOfDask
      ? 'Dask failed while it drew this page'
      : 'the dashboard has no such page, or has ended';
    throw new Error(`${answer.status} ${answer.statusText}: ${why}.`);
  }
  return answer;
}

function start(address: string, base: string): void {
  Object.assign(document.body.style, {
    margin: '0',
    height: '100vh',
    display: 'flex',
    flexDirection: 'column'
  });
  const host = document.createElement('main');
  Object.assign(host.style, { flex: '1', minHeight: '0', display: 'flex' });
  document.body.replaceChildren(host);
  const source = {
    root: address,
    frame: `${base}dask-slurm/frame`,
    file: (path: string) => file(address, path),
    socket: (path: string, protocols: string[]) =>
      new WebSocket(addressBelow(address, path).replace(/^http/, 'ws'), protocols)
  };
  let arriving = true;
  const confinement = new Confinement(host, {
    leave: askToLeave,
    failed: ({ message }) => ({ text: message, again: 'Try again' }),
    // The address is that of what is shown, for a reload and for a copy.
    shown: ({ path, title }) => {
      document.title = title || 'Dask dashboard';
      const isHere = address + path === window.location.href;
      window.history[arriving || isHere ? 'replaceState' : 'pushState'](null, '', address + path);
      arriving = false;
    }
  });
  confinement.label = 'Dask dashboard';
  const wear = (): void => {
    const theme = systemTheme();
    // What is seen before the page is there.
    document.body.style.background = theme?.background ?? '';
    confinement.theme = theme;
  };
  watchSystemTheme(wear);
  wear();
  const show = (): void => {
    arriving = true;
    confinement.open(source, shownPath(address));
  };
  window.addEventListener('popstate', show);
  show();
}

if (root && jupyter) {
  start(root, jupyter);
}
