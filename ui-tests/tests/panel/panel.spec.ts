import { expect, test } from '@jupyterlab/galata';

import { CommandIDs } from '../../../src/commandIds';

test.use({ autoGoto: true });

test('the panel opens and says what to do first; every command has words, and describes its arguments', async ({
  page
}) => {
  await page.sidebar.openTab('jupyter-dask-slurm-panel');
  const panel = page.getByRole('region', { name: 'Dask on Slurm' });
  await expect(panel.getByRole('button', { name: 'New cluster', exact: true })).toBeVisible();
  await expect(panel.getByRole('button', { name: 'Array larger than memory' })).toBeVisible();

  // Those about notebooks come with the first one.
  await page.notebook.createNew();
  const find = () =>
    page.evaluate(async () => {
      const { commands } = window.jupyterapp;
      const ours = commands.listCommands().filter(id => id.startsWith('dask-slurm:'));
      const about = async (id: string) => ({
        id,
        label: commands.label(id),
        type: (await commands.describedBy(id)).args?.type
      });
      return Promise.all(ours.sort().map(about));
    });
  const ids = async () => (await find()).map(({ id }) => id);
  await expect.poll(ids).toEqual(Object.values(CommandIDs).sort());
  for (const { id, label, type } of await find()) {
    expect(label, id).not.toBe('');
    expect(type, id).toBe('object');
  }
});
