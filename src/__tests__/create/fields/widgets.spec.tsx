import type { FieldProps, WidgetProps } from '@rjsf/utils';
import { ReactWidget } from '@jupyterlab/ui-components';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { LinesWidget, PairsField } from '../../../create/fields/widgets';

/** Keeps the value of a field, as the form around it does. */
class Holder extends ReactWidget {
  constructor(
    private readonly _draw: (value: unknown, set: (value: unknown) => void) => React.ReactElement,
    public value: unknown
  ) {
    super();
  }

  get box(): HTMLTextAreaElement {
    return this.node.querySelector('textarea')!;
  }

  display(value: unknown): void {
    this.value = value;
    React.act(() => {
      if (!this.isAttached) {
        Widget.attach(this, document.body);
      }
      this.update();
      MessageLoop.flush();
    });
  }

  type(text: string): void {
    const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set;
    React.act(() => {
      set?.call(this.box, text);
      this.box.dispatchEvent(new Event('input', { bubbles: true }));
    });
    this.display(this.value);
  }

  protected override render(): React.ReactElement {
    return this._draw(this.value, value => (this.value = value));
  }
}

const lines = (value: unknown, set: (value: unknown) => void) => (
  <LinesWidget {...({ id: 'lines', value, onChange: set, options: {} } as unknown as WidgetProps)} />
);
const pairs = (value: unknown, set: (value: unknown) => void) => {
  const about = { idSchema: { $id: 'pairs' }, schema: {}, formData: value, onChange: set };
  return <PairsField {...(about as unknown as FieldProps)} />;
};

describe('a box of lines', () => {
  let holder: Holder;

  beforeEach(() => {
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  });
  afterEach(() => React.act(() => holder.dispose()));

  it('keeps the empty line that is about to be filled', () => {
    holder = new Holder(lines, undefined);
    holder.display(undefined);
    holder.type('module load gcc\n');
    expect(holder.value).toEqual(['module load gcc']);
    expect(holder.box.value).toBe('module load gcc\n');
  });

  it('shows what a profile fills in, and is empty after a reset', () => {
    holder = new Holder(lines, undefined);
    holder.display(undefined);
    holder.type('module load gcc');
    holder.display(['module load llvm', 'ulimit -n 4096']);
    expect(holder.box.value).toBe('module load llvm\nulimit -n 4096');
    holder.display(undefined);
    expect(holder.box.value).toBe('');
  });

  it('lets a name be typed before its value', () => {
    holder = new Holder(pairs, undefined);
    holder.display(undefined);
    holder.type('OMP_NUM');
    expect(holder.box.value).toBe('OMP_NUM');
    holder.type('OMP_NUM_THREADS=1');
    expect(holder.value).toEqual({ OMP_NUM_THREADS: '1' });
    holder.display({ TMPDIR: '/scratch' });
    expect(holder.box.value).toBe('TMPDIR=/scratch');
  });
});
