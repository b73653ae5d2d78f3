import { LabIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import * as React from 'react';

import { useClusterContext } from './context';

interface ICommandButtonProps {
  readonly command: string;
  readonly args: ReadonlyPartialJSONObject;
  readonly icon: LabIcon;
  readonly label: string;
  readonly title: string;
  readonly disabled?: boolean;
  readonly iconOnly?: boolean;
}

/** Runs a command; busy until it is done, so that a double click runs it once. */
export function CommandButton(props: ICommandButtonProps): React.ReactElement {
  const [busy, run] = useCommand(props.command, props.args);
  return (
    <button
      className={`jp-DaskSlurmButton${props.iconOnly ? ' jp-mod-iconOnly' : ''}`}
      title={props.title}
      aria-label={props.label}
      disabled={busy || props.disabled}
      aria-busy={busy}
      onClick={run}
    >
      <props.icon.react tag="span" className="jp-DaskSlurmButton-icon" />
      {!props.iconOnly && <span className="jp-DaskSlurmButton-label">{props.label}</span>}
    </button>
  );
}

type ICommandLinkProps = Pick<ICommandButtonProps, 'command' | 'args' | 'label'>;

/** Runs a command from within a text. */
export function CommandLink({ command, args, label }: ICommandLinkProps): React.ReactElement {
  const [busy, run] = useCommand(command, args);
  return (
    <button className="jp-DaskSlurmLink" disabled={busy} aria-busy={busy} onClick={run}>
      {label}
    </button>
  );
}

interface IIconButtonProps {
  readonly icon: LabIcon;
  readonly label: string;
  readonly menu?: boolean;
  /** Whether what the button folds is shown; left out where it folds nothing. */
  readonly expanded?: boolean;
  readonly onClick: (event: React.MouseEvent<HTMLButtonElement>) => void;
}

export function IconButton(props: IIconButtonProps): React.ReactElement {
  const { icon, label, menu, expanded, onClick } = props;
  return (
    <button
      className="jp-DaskSlurmButton jp-mod-iconOnly"
      title={label}
      aria-label={label}
      aria-haspopup={menu ? 'menu' : undefined}
      aria-expanded={expanded}
      onClick={onClick}
    >
      <icon.react tag="span" className="jp-DaskSlurmButton-icon" />
    </button>
  );
}

/** @returns whether the command runs now, and what runs it. */
export function useCommand(command: string, args: ReadonlyPartialJSONObject): [boolean, () => void] {
  const { commands } = useClusterContext();
  const [busy, setBusy] = React.useState(false);
  const mounted = React.useRef(true);
  React.useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  const run = async () => {
    setBusy(true);
    try {
      await commands.execute(command, args);
    } finally {
      if (mounted.current) {
        setBusy(false);
      }
    }
  };
  return [busy, () => void run()];
}
