/**
 * @param command - the words of a command line.
 * @returns the line as one types it in a shell; words that a shell would change stand in quotes.
 */
export function commandLine(command: readonly string[]): string {
  return command.map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word))).join(' ');
}

function quoted(word: string): string {
  return `'${word.replace(/'/g, `'"'"'`)}'`;
}
