import type { IDashboard } from '../../../api/client';
import { FromSocket, ToPage } from '../../../dashboards/confined/pageScript';
import { PageSockets } from '../../../dashboards/confined/sockets';

/** A socket that says what the test lets it say. */
class Said {
  onmessage: (event: { data: unknown }) => void = () => undefined;

  say(...texts: unknown[]): void {
    texts.forEach(data => this.onmessage({ data }));
  }
}

describe('PageSockets', () => {
  const told: unknown[] = [];
  const failures: string[] = [];
  let socket: Said;

  beforeEach(() => {
    told.length = failures.length = 0;
    socket = new Said();
    const source = { socket: () => socket } as unknown as IDashboard;
    const tell = (message: ToPage) => told.push((message as FromSocket & { data?: unknown }).data);
    const sockets = new PageSockets(source, 'status/ws', tell, error => failures.push(error.reason));
    sockets.open(1, ['bokeh']);
  });

  const ack = ['{"msgid":"1","msgtype":"ACK"}', '{}', '{}'];
  const error = ['{"msgid":"2","msgtype":"ERROR"}', '{}', '{"text":"no function","traceback":null}'];
  const reply = ['{"msgid":"3","msgtype":"PULL-DOC-REPLY"}', '{}', '{"doc":{}}'];

  it('tells why a page gets no document, and the page nothing of it', () => {
    socket.say(...ack, ...error);
    expect(failures).toEqual(['no function']);
    expect(told).toEqual(ack);
  });

  it('hands over everything once the document is there, errors included', () => {
    const bytes = new ArrayBuffer(8);
    socket.say(...ack, ...reply, bytes, ...error);
    expect(failures).toEqual([]);
    expect(told).toEqual([...ack, ...reply, bytes, ...error]);
  });

  it('takes what is no JSON, or has no words, as it is', () => {
    socket.say('null', 'no JSON', error[0], '{}', '[]');
    expect(failures).toEqual(['']);
    expect(told).toEqual(['null', 'no JSON']);
  });
});
