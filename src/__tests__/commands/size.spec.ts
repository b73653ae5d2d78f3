import { readSize } from '../../commands/size';

describe('readSize', () => {
  it.each([
    ['8', { jobs: 8 }],
    [' 0 ', { jobs: 0 }],
    ['1 job', { jobs: 1 }],
    ['48 cores', { cores: 48 }],
    ['1Core', { cores: 1 }],
    ['16 workers', { workers: 16 }],
    ['200 GB', { memory: '200 GB' }],
    ['lots', { memory: 'lots' }]
  ])('%s', (text, size) => {
    expect(readSize(text)).toEqual({ mode: 'manual', ...size });
  });
});
