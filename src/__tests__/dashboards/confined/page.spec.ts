import { confinedPage, messagePage, pathBelow } from '../../../dashboards/confined/page';

const ROOT = 'http://127.0.0.1:8888/user/ann/dask-slurm/clusters/ocean-3f9c/dashboard/';

describe('pathBelow', () => {
  it.each([
    ['status', 'static/js/bokeh.min.js?v=1', 'static/js/bokeh.min.js?v=1'],
    ['info/main/workers.html', '../../statics/css/base.css', 'statics/css/base.css'],
    ['status', 'https://dask.org/', null],
    ['status', '../../../../../api/contents', null],
    ['status', '/user/ann/lab', null],
    ['status', 'javascript:alert(1)', null],
    ['status', 'http://', null]
  ])('on %s, %s leads to %s', (page, address, path) => {
    expect(pathBelow(ROOT, page, address)).toBe(path);
  });
});

describe('confinedPage', () => {
  const asked: string[] = [];
  const files: Record<string, string> = {
    status: `<head><script src="static/a.js"></script><link rel="stylesheet" href="statics/b.css"></head>
      <body><img src="statics/gone.svg"><script src="https://elsewhere.example/c.js"></script></body>`,
    'static/a.js': 'const first = "</script>";',
    'statics/b.css': 'p { color: red; }'
  };
  const answer = (text: string) => ({
    text: () => Promise.resolve(text),
    blob: () => Promise.resolve(new Blob([text]))
  });
  const dashboard = {
    root: ROOT,
    file: (path: string) => {
      asked.push(path);
      const known = files[path];
      return known === undefined
        ? Promise.reject(new Error('404'))
        : Promise.resolve(answer(known) as unknown as Response);
    },
    socket: () => {
      throw new Error('not here');
    }
  };

  it('holds its files, loads nothing, and begins with a policy that allows no network', async () => {
    const html = await confinedPage(dashboard, 'status');
    const page = new DOMParser().parseFromString(html, 'text/html');
    expect(asked.sort()).toEqual(['static/a.js', 'statics/b.css', 'statics/gone.svg', 'status']);
    const policy = page.head.firstElementChild?.getAttribute('content') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('connect-src');
    const [ours, first] = Array.from(page.querySelectorAll('script'));
    expect(ours.textContent).toContain('MessageChannel');
    expect(window.atob(first.src.split(',')[1])).toBe(files['static/a.js']);
    expect(page.querySelector('img')?.getAttribute('src')).toBe('data:,');
  });
});

describe('messagePage', () => {
  it('shows text as text', () => {
    const page = new DOMParser().parseFromString(messagePage(new Error('<img src=x>')), 'text/html');
    expect(page.body.textContent).toBe('<img src=x>');
    expect(page.querySelector('img')).toBeNull();
  });
});
