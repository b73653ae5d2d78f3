import type { TranslationBundle } from '@jupyterlab/translation';

/** What a page of the dashboard is about. */
export type PlotGroup = 'overview' | 'tasks' | 'workers' | 'communication' | 'gpu' | 'system' | 'other';

/** A page of the dashboard, for people. */
export interface IPlotEntry {
  readonly title: string;
  /** What it shows, in a line. */
  readonly about: string;
  readonly group: PlotGroup;
}

/** @returns the pages that are known, by their paths, in the order in which they are listed. */
export function plotTable(trans: TranslationBundle): ReadonlyMap<string, IPlotEntry> {
  return new Map([
    ...overview(trans),
    ...tasks(trans),
    ...workers(trans),
    ...communication(trans),
    ...others(trans)
  ]);
}

type Rows = readonly (readonly [string, IPlotEntry])[];

/** Rows of one group, of which each is its path, title and line. */
function rows(group: PlotGroup, entries: readonly (readonly [string, string, string])[]): Rows {
  return entries.map(([path, title, about]) => [path, { title, about, group }]);
}

function overview(trans: TranslationBundle): Rows {
  return rows('overview', [
    ['status', trans.__('Status'), trans.__('Memory, tasks in hand, task stream and progress on one page')],
    [
      'individual-progress',
      trans.__('Progress'),
      trans.__('How many tasks of each function are done, run, wait or failed')
    ],
    [
      'individual-group-progress',
      trans.__('Progress over Time'),
      trans.__('How fast each group of tasks went on')
    ],
    [
      'statics/individual-cluster-map.html',
      trans.__('Cluster Map'),
      trans.__('Workers around their scheduler, with tasks and data on their way')
    ]
  ]);
}

function tasks(trans: TranslationBundle): Rows {
  return rows('tasks', [
    [
      'individual-task-stream',
      trans.__('Task Stream'),
      trans.__('What each thread did when: tasks in colours, transfers red')
    ],
    [
      'individual-graph',
      trans.__('Task Graph'),
      trans.__('Each task with what it needs; for small computations')
    ],
    [
      'individual-groups',
      trans.__('Task Groups'),
      trans.__('Groups of tasks with what they need, and how far they are')
    ],
    [
      'individual-exceptions',
      trans.__('Exceptions'),
      trans.__('Which tasks failed, where, and with which exception')
    ],
    [
      'individual-nprocessing',
      trans.__('Tasks in Hand'),
      trans.__('How many tasks each worker has been given')
    ],
    [
      'individual-occupancy',
      trans.__('Occupancy'),
      trans.__('For how long the tasks in hand will keep each worker busy')
    ],
    [
      'individual-compute-time-per-key',
      trans.__('Compute Time by Function'),
      trans.__('Which functions took the time')
    ],
    [
      'individual-aggregate-time-per-action',
      trans.__('Time by Action'),
      trans.__('Time spent computing, moving data, and on disk')
    ],
    [
      'individual-fine-performance-metrics',
      trans.__('Fine Performance Metrics'),
      trans.__('Seconds and bytes of each function, by what they went into')
    ]
  ]);
}

function workers(trans: TranslationBundle): Rows {
  return rows('workers', [
    [
      'individual-cluster-memory',
      trans.__('Cluster Memory'),
      trans.__('Memory of all workers together, by kind')
    ],
    [
      'individual-workers-memory',
      trans.__('Workers Memory'),
      trans.__('Memory of each worker, by kind, and what was spilled')
    ],
    [
      'individual-workers-memory-timeseries',
      trans.__('Workers Memory over Time'),
      trans.__('Memory of each worker in the last minutes')
    ],
    [
      'individual-memory-by-key',
      trans.__('Memory by Function'),
      trans.__('Results of which functions fill the memory')
    ],
    ['individual-cpu', trans.__('CPU'), trans.__('How busy the processor of each worker is')],
    [
      'individual-workers-cpu-timeseries',
      trans.__('Workers CPU over Time'),
      trans.__('How busy each worker was')
    ],
    [
      'individual-workers-disk',
      trans.__('Workers Disk'),
      trans.__('How much each worker reads and writes now')
    ],
    [
      'individual-workers-disk-timeseries',
      trans.__('Workers Disk over Time'),
      trans.__('How much each worker read and wrote')
    ],
    [
      'individual-workers',
      trans.__('Workers Table'),
      trans.__('Each worker in figures: memory, CPU, network, disk')
    ]
  ]);
}

function communication(trans: TranslationBundle): Rows {
  return rows('communication', [
    [
      'individual-workers-transfer-bytes',
      trans.__('Data in Transfer'),
      trans.__('Bytes on their way between workers now')
    ],
    [
      'individual-workers-network',
      trans.__('Workers Network'),
      trans.__('How much each worker sends and receives now')
    ],
    [
      'individual-workers-network-timeseries',
      trans.__('Workers Network over Time'),
      trans.__('How much each worker sent and received')
    ],
    [
      'individual-bandwidth-workers',
      trans.__('Bandwidth between Workers'),
      trans.__('How fast each pair of workers moves data')
    ],
    [
      'individual-bandwidth-types',
      trans.__('Bandwidth by Type'),
      trans.__('How fast data of each type moves')
    ]
  ]);
}

function others(trans: TranslationBundle): Rows {
  return [
    ...rows('gpu', [
      ['individual-gpu-utilization', trans.__('GPU Use'), trans.__('How busy each GPU is')],
      ['individual-gpu-memory', trans.__('GPU Memory'), trans.__('Memory of each GPU')],
      ['individual-rmm-memory', trans.__('RMM Memory'), trans.__('Memory of GPUs that RMM manages')]
    ]),
    ...rows('system', [
      [
        'individual-profile',
        trans.__('Workers Profile'),
        trans.__('Where the code of tasks spends its time, as a flame graph')
      ],
      [
        'individual-profile-server',
        trans.__('Scheduler Profile'),
        trans.__('Where the scheduler spends its time')
      ],
      [
        'individual-scheduler-system',
        trans.__('Scheduler System'),
        trans.__('CPU, memory and network of the scheduler')
      ],
      [
        'individual-contention',
        trans.__('Contention'),
        trans.__('How long event loops and the GIL keep others waiting')
      ]
    ])
  ];
}
