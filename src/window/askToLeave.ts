/** Ask in a bar above the page whether an address of another site shall be opened, which a click on it does. */
export function askToLeave(address: string): void {
  document.getElementById(BAR)?.remove();
  const bar = document.createElement('div');
  bar.id = BAR;
  bar.setAttribute('role', 'alertdialog');
  bar.setAttribute('aria-label', 'Open a page of another site?');
  Object.assign(bar.style, { padding: '8px', font: '14px sans-serif', overflowWrap: 'anywhere' });
  const link = document.createElement('a');
  link.href = address;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  link.textContent = address;
  const stay = document.createElement('button');
  stay.textContent = 'Stay here';
  [link, stay].forEach(choice => choice.addEventListener('click', () => bar.remove()));
  bar.append(`The page leads to another site, ${new URL(address).host}: `, link, ' ', stay);
  document.body.prepend(bar);
}

const BAR = 'dask-slurm-leave';
