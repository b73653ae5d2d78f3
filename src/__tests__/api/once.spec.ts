import { ClusterClient } from '../../api/client';
import { RequestError } from '../../api/requestError';
import { german } from '../german';
import { sample } from '../samples';
import { TestServer } from '../server';

const running = sample('cluster-running');
const CLUSTERS = 'dask-slurm/api/clusters';
const OCEAN = `${CLUSTERS}/ocean-3f9c`;
const UNANSWERED = {
  message: 'It may still be carried out.',
  reason: 'NoAnswer',
  field: null,
  details: null
};

describe('A request that changes something', () => {
  let server: TestServer;
  let client: ClusterClient;

  beforeEach(async () => {
    server = await TestServer.start();
    client = new ClusterClient(server.settings, german, [0, 0]);
  });

  afterEach(() => server.stop());

  const keys = (): (string | undefined)[] => server.seen.map(({ key }) => key);

  it('has a key of its own, and what only asks has none', async () => {
    server.answers.set(`GET ${CLUSTERS}`, [200, [running]]);
    server.answers.set(`POST ${CLUSTERS}`, [201, running]);
    server.answers.set(`PATCH ${OCEAN}`, [200, running]);
    await client.list();
    await client.create({});
    await client.change('ocean-3f9c', { name: 'sea' });
    const [none, ...some] = keys();
    expect(none).toBeUndefined();
    expect(new Set(some).size).toBe(2);
    expect(some.every(key => /^[!-~]{1,200}$/.test(key ?? ''))).toBe(true);
  });

  it.each([
    ['POST', CLUSTERS, 201, () => client.create({ name: 'ocean' })],
    ['PATCH', OCEAN, 200, () => client.change('ocean-3f9c', { name: 'sea' })],
    ['POST', `${OCEAN}/restart`, 201, () => client.restart('ocean-3f9c', {})]
  ] as const)(
    'is sent again with its key when the connection was lost: %s %s',
    async (method, path, status, ask) => {
      server.answers.set(`${method} ${path}`, [status, running]);
      server.lose(`${method} ${path}`);
      expect((await ask()).name).toBe('ocean');
      const [first, second] = keys();
      expect(first).toEqual(expect.any(String));
      expect(second).toBe(first);
      expect(server.seen[1].body).toEqual(server.seen[0].body);
    }
  );

  it.each([502, 504])('is sent again with its key after a %d, and shows the last word', async status => {
    server.answers.set(`PATCH ${OCEAN}`, [status, UNANSWERED]);
    const failure = await client.change('ocean-3f9c', { name: 'sea' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RequestError);
    expect(failure).toMatchObject({ status, message: UNANSWERED.message });
    expect(server.seen).toHaveLength(2);
    expect(new Set(keys()).size).toBe(1);
  });

  it('says that nobody knows where not even Jupyter answers', async () => {
    server.answers.set(`POST ${CLUSTERS}`, [504, '<html>proxy</html>']);
    const failure = await client.create({}).catch((error: unknown) => error);
    expect((failure as RequestError).message).toMatch(
      /^auf Deutsch: 504 .* may still be\. Look at the list of clusters/
    );
  });

  it.each([400, 403, 409, 422, 503])('is not sent again when it was refused: %d', async status => {
    server.answers.set(`POST ${CLUSTERS}`, [status, sample('error')]);
    await expect(client.create({})).rejects.toMatchObject({ status });
    expect(server.seen).toHaveLength(1);
  });
});
