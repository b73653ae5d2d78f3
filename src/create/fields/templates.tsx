import type { FieldTemplateProps, ObjectFieldTemplateProps } from '@rjsf/utils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

/** What the templates need beside rjsf's own properties. */
export interface IFormContext {
  readonly trans: TranslationBundle;
  /** What is wrong was said of former values, and the answer to these takes long. */
  readonly isLate?: boolean;
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

interface IDescriptionProps {
  /** The field's schema: `x-slurm` says what it becomes, `x-manual` where that is explained. */
  readonly about: Readonly<Record<string, unknown>>;
  readonly trans: TranslationBundle;
}

/** What a field is; the option that it becomes leads to its page of Slurm's or Dask's documentation. */
function Description({ about, trans }: IDescriptionProps): React.ReactElement {
  const { 'x-slurm': becomes, 'x-manual': page } = about;
  const text = typeof about.description === 'string' ? about.description : '';
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

/** The basic fields at once, the others by group under "More options". */
export function ObjectTemplate(props: ObjectFieldTemplateProps): React.ReactElement {
  const { properties, schema } = props;
  const { trans } = props.formContext as IFormContext;
  const groupOf = (name: string): string => {
    const about = schema.properties?.[name] as { 'x-group'?: string } | undefined;
    // What must be filled in is not hidden under "More options".
    return schema.required?.includes(name) ? 'basic' : (about?.['x-group'] ?? 'basic');
  };
  const groups = new Map<string, React.ReactElement[]>();
  for (const { name, content, hidden } of properties) {
    if (!hidden) {
      groups.set(groupOf(name), [...(groups.get(groupOf(name)) ?? []), content]);
    }
  }
  const basic = groups.get('basic') ?? [];
  groups.delete('basic');
  const wrong = Object.keys(props.errorSchema ?? {});
  const isWrongBelow = wrong.some(name => groupOf(name) !== 'basic');
  const more = React.useRef<HTMLDetailsElement>(null);
  // What is wrong is never folded away; what its user mends there stays open.
  React.useEffect(() => {
    if (isWrongBelow && more.current) {
      more.current.open = true;
    }
  }, [isWrongBelow]);
  return (
    <div>
      <div className="jp-DaskSlurmForm-fields">{basic}</div>
      {groups.size > 0 && (
        <details ref={more} className="jp-DaskSlurmForm-more">
          <summary>{trans.__('More options')}</summary>
          {[...groups].map(([group, fields]) => (
            <fieldset key={group}>
              <legend>{groupTitle(group, trans)}</legend>
              <div className="jp-DaskSlurmForm-fields">{fields}</div>
            </fieldset>
          ))}
        </details>
      )}
    </div>
  );
}

function groupTitle(group: string, trans: TranslationBundle): string {
  const titles: Record<string, string> = {
    slurm: trans.__('Slurm'),
    network: trans.__('Network'),
    workers: trans.__('Workers'),
    script: trans.__('Job script'),
    life: trans.__('Lifetime')
  };
  return titles[group] ?? group;
}
