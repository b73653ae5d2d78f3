import { addressBelow, pathBelow } from '../../../api/pathBelow';
import { confinedPage, messagePage } from '../../../dashboards/confined/page';

const ROOT = 'http://127.0.0.1:8888/user/ann/dask-slurm/clusters/ocean-3f9c/dashboard/';

describe('pathBelow', () => {
  it.each([
    ['status', 'static/js/bokeh.min.js?v=1', 'static/js/bokeh.min.js?v=1'],
    ['info/main/workers.html', '../../statics/css/base.css', 'statics/css/base.css'],
    ['status', 'https://dask.org/', null],
    ['status', '../../../../../api/contents', null],
    ['status', '/user/ann/lab', null],
    ['status', 'javascript:alert(1)', null],
    ['status', '//elsewhere.example/', null],
    ['status', '\\\\elsewhere.example\\x', null],
    ['status', '/\t/elsewhere.example/', null],
    ['status', '%2e%2e/%2E%2e/%2e%2e/lab', null],
    ['status', '.\t./..\n/lab', null],
    ['status', '..\\..\\lab', null],
    ['status', 'http://', null]
  ])('on %s, %s leads to %s', (page, address, path) => {
    expect(pathBelow(ROOT, page, address)).toBe(path);
  });
});

describe('addressBelow', () => {
  it('gives the address of a page, and none of what leads out', () => {
    expect(addressBelow(ROOT, 'info/main/workers.html?x=1')).toBe(`${ROOT}info/main/workers.html?x=1`);
    for (const path of [
      '..',
      '%2e%2e',
      '../../../../api/contents',
      '/lab',
      '//elsewhere.example/',
      '..\\x'
    ]) {
      expect(() => addressBelow(ROOT, path)).toThrow('is no page of this dashboard');
    }
  });
});

describe('confinedPage', () => {
  const theme = { background: '#111111', text: '#ffffff', css: '</script>' };
  const asked: string[] = [];
  const files: Record<string, string> = {
    status: `<head><script src="static/a.js"></script><link rel="stylesheet" href="../../../statics/b.css">
      <link rel="shortcut icon" href="statics/images/favicon.ico"></head>
      <body><img src="statics/gone.svg"><script src="https://elsewhere.example/c.js"></script></body>`,
    'static/a.js': 'const first = "</script>";',
    'statics/b.css': 'p { color: red; }'
  };
  const answer = (text: string) => ({
    headers: new Headers({ 'Content-Type': 'text/html; charset=utf-8' }),
    text: () => Promise.resolve(text),
    blob: () => Promise.resolve(new Blob([text]))
  });
  const dashboard = {
    root: ROOT,
    frame: 'about:blank',
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
    const { html, path } = await confinedPage(dashboard, 'status', theme);
    expect(html).toContain('\\u003c/script>');
    expect(path).toBe('status');
    const page = new DOMParser().parseFromString(html, 'text/html');
    expect(asked.sort()).toEqual(['static/a.js', 'statics/b.css', 'statics/gone.svg', 'status']);
    const policy = page.head.firstElementChild?.getAttribute('content') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('connect-src');
    const [ours, first] = Array.from(page.querySelectorAll('script'));
    expect(ours.textContent).toContain('MessageChannel');
    expect(window.atob(first.src.split(',')[1])).toBe(files['static/a.js']);
    expect(page.querySelector('img')?.getAttribute('src')).toBe('data:,');
    expect(html).not.toContain('elsewhere.example');
    expect(page.querySelector('link[rel~="icon"]')).toBeNull();
  });

  it('has its styles and handlers, which did not count where it was taken apart', async () => {
    const written = `<html><head><style media="all">p > b { top: 0 }</style></head><body onload="go()">
<p style="top: 0" title="a style = b">a &lt;style&gt;</p><script>const s = "<style> onclick=";</script></body></html>`;
    const page = jest.spyOn(DOMParser.prototype, 'parseFromString');
    files.styled = written;
    const { html } = await confinedPage(dashboard, 'styled');
    const [parsed] = page.mock.calls[0];
    expect(parsed).not.toMatch(/<style|\s(style|onload|onclick)=/);
    page.mockRestore();
    const shown = html.replace(/<meta[^]*?<\/script>/, '').replace('<!DOCTYPE html>', '');
    expect(shown.replace(/<style>html, body[^]*?<\/style>/, '')).toBe(written);
  });
});

describe('confinedPage of what Jupyter was led to', () => {
  const at = (location: string, type = 'text/html') => ({
    root: ROOT,
    frame: 'about:blank',
    socket: () => {
      throw new Error('not here');
    },
    file: (path: string) =>
      path === 'info'
        ? Promise.resolve({
            headers: new Headers({ 'Content-Type': type, 'Content-Location': location }),
            text: () => Promise.resolve('<p>one</p>')
          } as unknown as Response)
        : Promise.reject(new Error('404'))
  });

  it('is where Jupyter says, below the dashboard only', async () => {
    const below = `${new URL(ROOT).pathname}info/main/workers.html`;
    expect((await confinedPage(at(below), 'info')).path).toBe('info/main/workers.html');
    expect((await confinedPage(at('/user/ann/lab'), 'info')).path).toBe('info');
  });

  it('is text where it is no page', async () => {
    const { html } = await confinedPage(at('', 'text/plain'), 'info');
    const page = new DOMParser().parseFromString(html, 'text/html');
    expect(page.body.textContent).toBe('<p>one</p>');
  });
});

describe('messagePage', () => {
  it('shows text as text', () => {
    const page = new DOMParser().parseFromString(
      messagePage({ text: '<img src=x>', again: 'Again' }).html,
      'text/html'
    );
    expect(page.querySelector('pre')?.textContent).toBe('<img src=x>');
    expect(page.querySelector('a')?.textContent).toBe('Again');
    expect(page.querySelector('img')).toBeNull();
  });
});
