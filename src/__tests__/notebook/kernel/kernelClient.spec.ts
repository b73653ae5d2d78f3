import type { ISessionContext } from '@jupyterlab/apputils';
import { PromiseDelegate } from '@lumino/coreutils';

import { KernelClient } from '../../../notebook/kernel/kernelClient';
import { CodeDropped, MessageLost } from '../../../notebook/kernel/runSilently';
import { FakeKernel, ID, settle } from '../fakeKernel';

const ADDRESS = 'tls://10.0.0.1:8786';

describe('the client in a kernel', () => {
  let kernel: FakeKernel;
  let client: KernelClient;

  beforeEach(() => {
    kernel = new FakeKernel();
    client = new KernelClient({ session: { kernel } } as unknown as ISessionContext);
  });

  const codes = () => kernel.waiting.map(({ code }) => code);

  it('is closed where it is there', async () => {
    const made = client.make(Promise.resolve('make'), ADDRESS);
    await settle();
    kernel.run(ADDRESS);
    expect(await made).toBe(true);
    expect(client.state).toEqual({ kind: 'there', address: ADDRESS, id: ID });
    const closed = client.close();
    await settle();
    expect(codes()).toEqual([expect.stringContaining('client.close()')]);
    kernel.run(null);
    await closed;
    expect(client.state).toEqual({ kind: 'none' });
  });

  describe('whose kernel drops what waits, for a cell before it fails', () => {
    beforeEach(() => jest.useFakeTimers());

    afterEach(() => jest.useRealTimers());

    /** Have whatever comes dropped at once, so long; @returns how often something was. */
    const dropFor = async (ms: number) => {
      let drops = 0;
      for (let passed = 0; passed < ms; passed += 10) {
        await jest.advanceTimersByTimeAsync(10);
        drops += kernel.waiting.length;
        kernel.abort();
      }
      return drops;
    };

    it('is made once the kernel runs again what it is sent, and asks it seldom until then', async () => {
      const made = client.make(Promise.resolve('make'), ADDRESS);
      expect(await dropFor(8000)).toBeLessThan(15);
      await jest.advanceTimersByTimeAsync(1000);
      expect(codes()).toEqual(['make']);
      kernel.run(ADDRESS);
      expect(await made).toBe(true);
      expect(client.state).toEqual({ kind: 'there', address: ADDRESS, id: ID });
      expect(jest.getTimerCount()).toBe(0);
    });

    it('is made soon where that is one cell', async () => {
      const made = client.make(Promise.resolve('make'), ADDRESS);
      await dropFor(10);
      await jest.advanceTimersByTimeAsync(100);
      kernel.run(ADDRESS);
      expect(await made).toBe(true);
    });

    it('is not made by one that drops whatever it is sent', async () => {
      const failed = expect(client.make(Promise.resolve('make'), ADDRESS)).rejects.toBeInstanceOf(
        CodeDropped
      );
      await dropFor(12_000);
      await failed;
      expect(client.state.kind).toBe('failed');
      expect(codes()).toEqual([]);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('is not made after it was closed', async () => {
      const made = client.make(Promise.resolve('make'), ADDRESS);
      await dropFor(10);
      const closed = client.close();
      await jest.advanceTimersByTimeAsync(1000);
      expect(codes()).toEqual([expect.stringContaining('client.close()')]);
      kernel.run(null);
      await closed;
      expect(await made).toBe(false);
    });

    it('is not closed after it was made anew', async () => {
      const before = client.make(Promise.resolve('make'), ADDRESS);
      await jest.advanceTimersByTimeAsync(0);
      kernel.run(ADDRESS);
      await before;
      const closed = client.close();
      await dropFor(10);
      const made = client.make(Promise.resolve('make again'), ADDRESS);
      await jest.advanceTimersByTimeAsync(1000);
      expect(codes()).toEqual(['make again']);
      kernel.run(ADDRESS);
      await closed;
      expect(await made).toBe(true);
    });
  });

  it('is looked for, and a cluster that a cell has made', async () => {
    const looked = client.look();
    await settle();
    kernel.run(null, ADDRESS);
    await looked;
    expect(client.state).toEqual({ kind: 'none', cluster: ADDRESS });
    const again = client.look();
    await settle();
    kernel.run('', ADDRESS);
    await again;
    expect(client.state).toEqual({ kind: 'there', address: '', id: '', cluster: ADDRESS });
  });

  describe('whose kernel was asked too early what it is', () => {
    beforeEach(() => {
      jest.useFakeTimers();
      kernel.losesFirstQuestion();
    });

    afterEach(() => jest.useRealTimers());

    it('is looked for once that has heard the question', async () => {
      const looked = client.look();
      kernel.connectionStatus = 'connecting';
      await jest.advanceTimersByTimeAsync(6000);
      expect(kernel.requestKernelInfo).not.toHaveBeenCalled();
      kernel.connectionStatus = 'connected';
      await jest.advanceTimersByTimeAsync(10_000);
      kernel.run(ADDRESS);
      await looked;
      expect(client.state).toMatchObject({ kind: 'there', address: ADDRESS });
      await jest.advanceTimersByTimeAsync(600_000);
      expect(kernel.requestKernelInfo).toHaveBeenCalledTimes(1);
    });

    it.each([() => (kernel.isDisposed = true), () => (kernel.status = 'dead')])(
      'is not looked for where that is gone',
      async leave => {
        const looked = expect(client.look()).rejects.toMatchObject({
          name: 'NoPythonKernel',
          hasKernel: false
        });
        leave();
        await jest.advanceTimersByTimeAsync(6000);
        await looked;
        expect(jest.getTimerCount()).toBe(0);
      }
    );
  });

  describe('whose kernel a message does not reach', () => {
    beforeEach(() => jest.useFakeTimers());

    afterEach(() => jest.useRealTimers());

    /** Lose what was sent, and let so much time pass that this is noticed. */
    const lose = async () => {
      await jest.advanceTimersByTimeAsync(0);
      const code = kernel.lose();
      await jest.advanceTimersByTimeAsync(8000);
      return code;
    };

    it('is there where only the answer was lost', async () => {
      const made = client.make(Promise.resolve('make'), ADDRESS);
      expect(await lose()).toBe('make');
      expect(codes()).toEqual(['']);
      kernel.run(ADDRESS);
      expect(await made).toBe(true);
      expect(client.state).toEqual({ kind: 'there', address: ADDRESS, id: ID });
      expect(jest.getTimerCount()).toBe(0);
    });

    it('is made once the kernel hears it', async () => {
      const made = client.make(Promise.resolve('make'), ADDRESS);
      expect(await lose()).toBe('make');
      kernel.run(null);
      await jest.advanceTimersByTimeAsync(0);
      expect(codes()).toEqual(['make']);
      kernel.run(ADDRESS);
      expect(await made).toBe(true);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('is not taken for one of another cluster, which the kernel has kept where it reached no new one', async () => {
      const failed = expect(client.make(Promise.resolve('make'), ADDRESS)).rejects.toThrow('Timed out');
      await jest.advanceTimersByTimeAsync(0);
      kernel.raise('TimeoutError', 'Timed out');
      await failed;
      const made = client.make(Promise.resolve('make again'), ADDRESS);
      expect(await lose()).toBe('make again');
      kernel.run('tls://10.0.0.2:8786');
      await jest.advanceTimersByTimeAsync(0);
      expect(codes()).toEqual(['make again']);
      kernel.run(ADDRESS);
      expect(await made).toBe(true);
      expect(client.state).toEqual({ kind: 'there', address: ADDRESS, id: ID });
    });

    it('is made anew where the one that it replaces is found, connected to the same', async () => {
      const before = client.make(Promise.resolve('make'), ADDRESS);
      await jest.advanceTimersByTimeAsync(0);
      kernel.run(ADDRESS);
      expect(await before).toBe(true);
      const made = client.make(Promise.resolve('make again'), ADDRESS);
      expect(await lose()).toBe('make again');
      kernel.run(ADDRESS);
      await jest.advanceTimersByTimeAsync(0);
      expect(codes()).toEqual(['make again']);
      kernel.run(ADDRESS);
      expect(await made).toBe(true);
    });

    it('has failed where that never does', async () => {
      const failed = expect(client.make(Promise.resolve('make'), ADDRESS)).rejects.toBeInstanceOf(
        MessageLost
      );
      const sent = [await lose(), await lose(), await lose(), await lose(), await lose()];
      await failed;
      expect(sent).toEqual(['make', '', 'make', '', 'make']);
      expect(client.state.kind).toBe('failed');
      expect(jest.getTimerCount()).toBe(0);
    });

    it('is asked for once where the kernel is only busy, however long', async () => {
      const made = client.make(Promise.resolve('make'), ADDRESS);
      await jest.advanceTimersByTimeAsync(60_000);
      expect(kernel.requestKernelInfo).toHaveBeenCalled();
      expect(codes()).toEqual(['make']);
      kernel.run(ADDRESS);
      expect(await made).toBe(true);
      await jest.advanceTimersByTimeAsync(60_000);
      expect(codes()).toEqual([]);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('is there with the reply, where the word is lost that the kernel rests again', async () => {
      kernel.losesIdle = true;
      const made = client.make(Promise.resolve('make'), ADDRESS);
      await jest.advanceTimersByTimeAsync(0);
      kernel.run(ADDRESS);
      await jest.advanceTimersByTimeAsync(0);
      expect(client.state).toEqual({ kind: 'there', address: ADDRESS, id: ID });
      expect(await made).toBe(true);
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  it('is closed where it is being made: by code that comes after that which makes it', async () => {
    const made = client.make(Promise.resolve('make'), ADDRESS);
    await settle();
    const closed = client.close();
    await settle();
    expect(codes()).toEqual(['make', expect.stringContaining('client.close()')]);
    kernel.run(ADDRESS);
    expect(await made).toBe(false);
    kernel.run(null);
    await closed;
    expect(client.state).toEqual({ kind: 'none' });
  });

  it('tells nobody who has closed it that it could not be made', async () => {
    const made = client.make(Promise.resolve('make'), ADDRESS);
    await settle();
    const closed = client.close();
    await settle();
    kernel.raise('OSError', 'Timed out');
    kernel.run(null);
    await closed;
    expect(await made).toBe(false);
    expect(client.state).toEqual({ kind: 'none' });
  });

  it('is not made where it was closed before its code was known', async () => {
    const code = new PromiseDelegate<string>();
    const made = client.make(code.promise, ADDRESS);
    const closed = client.close();
    code.resolve('make');
    await settle();
    expect(codes()).toEqual([expect.stringContaining('client.close()')]);
    kernel.run(null);
    await closed;
    expect(await made).toBe(false);
  });

  it('is gone where the kernel starts again while it is closed', async () => {
    const made = client.make(Promise.resolve('make'), ADDRESS);
    await settle();
    const closed = client.close();
    await settle();
    client.assume('none');
    kernel.drop();
    await closed;
    expect(await made).toBe(false);
  });

  it('leaves alone what is not there', async () => {
    client.assume('none');
    await client.close();
    expect(codes()).toEqual([]);
  });
});
