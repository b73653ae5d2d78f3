import type { JupyterFrontEnd } from '@jupyterlab/application';
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';

import { notificationsPlugin } from '../../plugins/notifications';
import { Notifier } from '../../shell/notifier';

jest.mock('../../shell/notifier', () => ({ Notifier: jest.fn() }));

describe('what notifies', () => {
  it('is loaded at another change where it could not be at the first, and once', async () => {
    const notifier = Notifier as jest.Mock;
    notifier.mockImplementationOnce(() => {
      throw new Error('ChunkLoadError');
    });
    const manager = { clusters: [{}], changed: new Signal<object, void>({}) };
    const app = { commands: new CommandRegistry() } as unknown as JupyterFrontEnd;
    void notificationsPlugin.activate(app, manager, {}, nullTranslator, null, null);
    for (const count of [1, 2, 2]) {
      manager.changed.emit();
      await new Promise(resolve => setTimeout(resolve));
      expect(notifier).toHaveBeenCalledTimes(count);
    }
  });
});
