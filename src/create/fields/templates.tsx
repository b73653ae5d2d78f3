import type { FieldTemplateProps, ObjectFieldTemplateProps } from '@rjsf/utils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

/** What the templates need beside rjsf's own properties. */
export interface IFormContext {
  readonly trans: TranslationBundle;
  /** What is wrong was said of former values, and the answer to these takes long. */
  readonly isLate?: boolean;
  /** What is filled in at first may come from anybody. */
  readonly isForeign?: boolean;
}

/** A field with a real label, and what is wrong with it below. */
export function FieldTemplate(props: FieldTemplateProps): React.ReactElement {
  const { id, label, children, schema, required, rawHelp, rawErrors = [], hidden } = props;
  if (id === 'root') {
    return <>{children}</>;
  }
  const { trans, isLate } = props.formContext as IFormContext;
  const unit = (schema as Record<string, unknown>)['x-unit'];
  const needsUnit = typeof unit === 'string' && !label.toLowerCase().startsWith(unit.toLowerCase());
  const wide = schema.type === 'array' || schema.type === 'object';
  const classes = ['jp-DaskSlurmField', wide && 'jp-mod-wide', rawErrors.length > 0 && 'jp-mod-invalid'];
  return (
    <div className={classes.filter(Boolean).join(' ')} hidden={hidden}>
      <label htmlFor={id}>
        {label}
        {required && <span aria-hidden="true"> *</span>}
        {needsUnit && <span className="jp-DaskSlurmField-unit"> ({unit})</span>}
      </label>
      {children}
      {rawErrors.length > 0 && (
        <div id={`${id}__error`} className="jp-DaskSlurmField-error" role="alert" aria-busy={isLate}>
          {rawErrors.join(' ')}
        </div>
      )}
      <div className="jp-DaskSlurmField-description">
        {rawHelp && <strong id={`${id}__help`}>{rawHelp} </strong>}
        <span id={`${id}__description`}>
          <Description about={schema} trans={trans} />
        </span>
      </div>
    </div>
  );
}

/** What a value looks like; fields that are shown at once have one of their own. */
function exampleOf(about: Readonly<Record<string, unknown>>, trans: TranslationBundle): string {
  const [example] = Array.isArray(about.examples) ? (about.examples as unknown[]) : [];
  if (about['x-group'] === 'basic' || example === undefined || typeof example === 'boolean') {
    return '';
  }
  const isTable = typeof example === 'object' && example !== null && !Array.isArray(example);
  const words = isTable
    ? Object.entries(example).map(([key, value]) => `${key}=${String(value)}`)
    : [example].flat().map(String);
  return ` ${trans.__('For example %1.', words.join(' '))}`;
}

interface IDescriptionProps {
  /** The field's schema: `x-slurm` says what it becomes, `x-manual` where that is explained. */
  readonly about: Readonly<Record<string, unknown>>;
  readonly trans: TranslationBundle;
}

/** What a field is; the option that it becomes leads to its page of Slurm's or Dask's documentation. */
function Description({ about, trans }: IDescriptionProps): React.ReactElement {
  const { 'x-slurm': becomes, 'x-manual': page } = about;
  const text = `${typeof about.description === 'string' ? about.description : ''}${exampleOf(about, trans)}`;
  if (typeof becomes !== 'string' || typeof page !== 'string') {
    return <>{text}</>;
  }
  const option = /^--[a-z-]+/.exec(becomes)?.[0];
  const link = (
    <a href={page} target="_blank" rel="noreferrer" title={trans.__('Becomes %1', becomes)}>
      {option ?? trans.__('documentation')}
    </a>
  );
  const [before, after] = option ? text.split(option, 2) : [text];
  return after === undefined ? (
    <>
      {text} {link}
    </>
  ) : (
    <>
      {before}
      {link}
      {after}
    </>
  );
}

/** The basic fields at once, the others in groups that are folded and say how many of them are set. */
export function ObjectTemplate(props: ObjectFieldTemplateProps): React.ReactElement {
  const { properties, schema, errorSchema } = props;
  const data = props.formData as Record<string, unknown> | undefined;
  const groupOf = (name: string): string => {
    const about = schema.properties?.[name] as { 'x-group'?: string } | undefined;
    // What must be filled in is not folded away.
    return schema.required?.includes(name) ? 'basic' : (about?.['x-group'] ?? 'basic');
  };
  const { trans, isForeign } = props.formContext as IFormContext;
  const groups = new Map<string, typeof properties>();
  for (const property of properties.filter(({ hidden }) => !hidden)) {
    const group = groupOf(property.name);
    groups.set(group, [...(groups.get(group) ?? []), property]);
  }
  const basic = groups.get('basic') ?? [];
  groups.delete('basic');
  const isSetAside = (name: string) => {
    const about = schema.properties?.[name] as { default?: unknown } | undefined;
    const value = data?.[name];
    return isFilled(value) && value !== about?.default;
  };
  return (
    <div>
      <div className="jp-DaskSlurmForm-fields">{basic.map(({ content }) => content)}</div>
      {[...groups].map(([group, fields]) => (
        <Group
          key={group}
          name={group}
          filled={fields.filter(({ name }) => isSetAside(name)).length}
          isWrong={fields.some(({ name }) => name in (errorSchema ?? {}))}
          isForeign={isForeign}
          trans={trans}
        >
          {fields.map(({ content }) => content)}
        </Group>
      ))}
    </div>
  );
}

interface IGroupProps {
  readonly name: string;
  /** So many of its fields are set. */
  readonly filled: number;
  readonly isWrong: boolean;
  readonly isForeign?: boolean;
  readonly trans: TranslationBundle;
}

/** Fields that are folded until they are wanted. */
function Group(props: React.PropsWithChildren<IGroupProps>): React.ReactElement {
  const { name, filled, isWrong, isForeign, trans, children } = props;
  // Nor is what its user has not filled in, until that has been seen.
  const [isOpenAtFirst] = React.useState(isForeign && filled > 0);
  const details = React.useRef<HTMLDetailsElement>(null);
  // What is wrong is never folded away; what its user mends there stays open.
  React.useEffect(() => {
    if (isWrong && details.current) {
      details.current.open = true;
    }
  }, [isWrong]);
  return (
    <details ref={details} className="jp-DaskSlurmForm-more" open={isOpenAtFirst}>
      <summary>
        {groupTitle(name, trans)}
        {filled > 0 && <span> {trans._n('%1 set', '%1 set', filled)}</span>}
      </summary>
      <div className="jp-DaskSlurmForm-fields">{children}</div>
    </details>
  );
}

function isFilled(value: unknown): boolean {
  const isEmpty = value === undefined || value === null || value === '';
  return !isEmpty && (typeof value !== 'object' || Object.keys(value).length > 0);
}

function groupTitle(group: string, trans: TranslationBundle): string {
  const titles: Record<string, string> = {
    place: trans.__('Where it runs'),
    slurm: trans.__('Slurm'),
    network: trans.__('Network'),
    workers: trans.__('Workers'),
    script: trans.__('Job script'),
    life: trans.__('Lifetime'),
    controller: trans.__('Controller')
  };
  return titles[group] ?? group;
}
