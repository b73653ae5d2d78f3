import { JSONExt, ReadonlyJSONValue } from '@lumino/coreutils';
import type { FieldProps, WidgetProps } from '@rjsf/utils';
import * as React from 'react';

import type { IFormContext } from './templates';
import type { IChoice } from './uiSchema';

/** A list to choose from; empty stands for what the site sets. */
export function ChoicesWidget(props: WidgetProps): React.ReactElement {
  const { id, onChange, options, schema } = props;
  const choices = options.choices as IChoice[];
  return (
    <select
      id={id}
      className="jp-mod-styled"
      aria-describedby={describedBy(id)}
      value={(props.value as string | undefined) ?? ''}
      onChange={event => onChange(event.target.value || undefined)}
    >
      {schema.default === undefined && (
        <option value="">{(options.blank as string | undefined) ?? ''}</option>
      )}
      {choices.map(choice => (
        <option key={choice.value} value={choice.value} disabled={choice.disabled}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

/** Yes, no, or as it is where nobody says. */
export function YesNoWidget(props: WidgetProps): React.ReactElement {
  const { id, onChange, options } = props;
  const { trans } = props.formContext as IFormContext;
  return (
    <select
      id={id}
      className="jp-mod-styled"
      aria-describedby={describedBy(id)}
      value={props.value === undefined || props.value === null ? '' : String(props.value)}
      onChange={event => onChange(event.target.value ? event.target.value === 'true' : undefined)}
    >
      <option value="">{options.blank as string}</option>
      <option value="true">{trans.__('Yes')}</option>
      <option value="false">{trans.__('No')}</option>
    </select>
  );
}

/** A switch between two words. */
export function OneOfTwoWidget(props: WidgetProps): React.ReactElement {
  const { id, onChange, options } = props;
  return (
    <input
      type="checkbox"
      id={id}
      aria-describedby={describedBy(id)}
      checked={props.value === options.on}
      onChange={event => onChange(event.target.checked ? options.on : options.off)}
    />
  );
}

/** A list of texts, one on each line. */
export function LinesWidget(props: WidgetProps): React.ReactElement {
  const { id, onChange, options } = props;
  return (
    <LinesBox
      id={id}
      placeholder={options.placeholder}
      value={(props.value as string[] | undefined) ?? []}
      read={lines => lines}
      write={lines => lines}
      onChange={lines => onChange(lines.length > 0 ? lines : undefined)}
    />
  );
}

/** Names and their values, as NAME=value on each line. */
export function PairsField(props: FieldProps): React.ReactElement {
  const { idSchema, onChange, uiSchema, schema } = props;
  const typed = schema.additionalProperties === false;
  return (
    <LinesBox
      id={idSchema.$id}
      placeholder={uiSchema?.['ui:placeholder']}
      value={(props.formData as Readonly<Record<string, string | number>> | undefined) ?? {}}
      read={lines => Object.fromEntries<string | number>(lines.map(line => readPair(line, typed)))}
      write={pairs => Object.entries(pairs).map(([name, value]) => `${name}=${String(value)}`)}
      onChange={pairs => void onChange(Object.keys(pairs).length > 0 ? pairs : undefined)}
    />
  );
}

/** Whole numbers are numbers where the keys have types of their own; else all values are text. */
function readPair(line: string, typed: boolean): [string, string | number] {
  const [name, ...rest] = line.split('=');
  const value = rest.join('=').trim();
  return [name.trim(), typed && /^\d+$/.test(value) ? Number(value) : value];
}

interface ILinesBoxProps<T extends ReadonlyJSONValue> {
  readonly id: string;
  readonly placeholder: string | undefined;
  readonly value: T;
  readonly read: (lines: string[]) => T;
  readonly write: (value: T) => string[];
  readonly onChange: (value: T) => void;
}

/** Keeps what is typed as it is, also the empty line that is about to be filled, as long as it says the value. */
function LinesBox<T extends ReadonlyJSONValue>(props: ILinesBoxProps<T>): React.ReactElement {
  const { id, value, read, write } = props;
  const [typed, setTyped] = React.useState('');
  const text = JSONExt.deepEqual(read(linesOf(typed)), value) ? typed : write(value).join('\n');
  return (
    <textarea
      id={id}
      className="jp-mod-styled"
      aria-describedby={describedBy(id)}
      rows={Math.max(2, text.split('\n').length)}
      spellCheck={false}
      placeholder={props.placeholder}
      value={text}
      onChange={event => {
        setTyped(event.target.value);
        props.onChange(read(linesOf(event.target.value)));
      }}
    />
  );
}

function linesOf(text: string): string[] {
  return text.split('\n').filter(line => line.trim() !== '');
}

/** The ids by which rjsf names what explains a field. */
function describedBy(id: string): string {
  return `${id}__error ${id}__description ${id}__help`;
}
