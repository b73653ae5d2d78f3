import type { FieldProps, WidgetProps } from '@rjsf/utils';
import * as React from 'react';

import type { IChoice } from './formSchema';

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

/** A list of texts, one on each line. */
export function LinesWidget(props: WidgetProps): React.ReactElement {
  const { id, onChange, placeholder } = props;
  const lines = (props.value as string[] | undefined) ?? [];
  return (
    <LinesBox
      id={id}
      placeholder={placeholder}
      initial={lines.join('\n')}
      onLines={lines => onChange(lines.length > 0 ? lines : undefined)}
    />
  );
}

/** Names and their values, as NAME=value on each line. */
export function PairsField(props: FieldProps): React.ReactElement {
  const { idSchema, onChange, uiSchema, schema } = props;
  const initial = Object.entries((props.formData as Record<string, unknown> | undefined) ?? {});
  const typed = schema.additionalProperties === false;
  return (
    <LinesBox
      id={idSchema.$id}
      placeholder={uiSchema?.['ui:placeholder']}
      initial={initial.map(([name, value]) => `${name}=${String(value)}`).join('\n')}
      onLines={lines => {
        const pairs = lines.map(line => readPair(line, typed));
        onChange(pairs.length > 0 ? Object.fromEntries(pairs) : undefined);
      }}
    />
  );
}

/** Whole numbers are numbers where the keys have types of their own; else all values are text. */
function readPair(line: string, typed: boolean): [string, string | number] {
  const [name, ...rest] = line.split('=');
  const value = rest.join('=').trim();
  return [name.trim(), typed && /^\d+$/.test(value) ? Number(value) : value];
}

interface ILinesBoxProps {
  readonly id: string;
  readonly placeholder: string | undefined;
  readonly initial: string;
  readonly onLines: (lines: string[]) => void;
}

/** Keeps what is typed as it is, also the empty line that is about to be filled. */
function LinesBox({ id, placeholder, initial, onLines }: ILinesBoxProps): React.ReactElement {
  const [text, setText] = React.useState(initial);
  return (
    <textarea
      id={id}
      className="jp-mod-styled"
      aria-describedby={describedBy(id)}
      rows={Math.max(2, text.split('\n').length)}
      spellCheck={false}
      placeholder={placeholder}
      value={text}
      onChange={event => {
        setText(event.target.value);
        onLines(event.target.value.split('\n').filter(line => line.trim() !== ''));
      }}
    />
  );
}

/** The ids by which rjsf names what explains a field. */
function describedBy(id: string): string {
  return `${id}__error ${id}__description ${id}__help`;
}
