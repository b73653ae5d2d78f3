import * as React from 'react';

interface ICountInputProps {
  readonly label: string;
  readonly value: number;
  readonly disabled: boolean;
  readonly title?: string;
  readonly onCommit: (value: number) => void;
}

/** A whole number that counts once Enter is pressed or the field is left; Escape takes it back. */
export function CountInput(props: ICountInputProps): React.ReactElement {
  const [typed, setTyped] = React.useState<string | null>(null);
  const commit = () => {
    const count = Number(typed);
    setTyped(null);
    if (typed !== null && typed.trim() !== '' && Number.isInteger(count) && count >= 0) {
      props.onCommit(count);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Enter') {
      commit();
    } else if (event.key === 'Escape') {
      setTyped(null);
    }
  };
  return (
    <input
      className="jp-DaskSlurmStepper-number"
      inputMode="numeric"
      aria-label={props.label}
      title={props.title}
      disabled={props.disabled}
      value={typed ?? String(props.value)}
      onChange={event => setTyped(event.target.value)}
      onBlur={commit}
      onKeyDown={onKeyDown}
    />
  );
}
