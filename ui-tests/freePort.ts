import { execFileSync } from 'child_process';

/** @returns a port of this machine on which nobody listens now; without waiting, for Playwright's configuration. */
export function freePort(): string {
  const code = 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])';
  return execFileSync('python', ['-c', code], { encoding: 'utf8' }).trim();
}
