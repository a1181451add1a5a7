// Runs the command in this process, as a user would in a folder, and keeps what it says.
import { main } from '../src/main.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Folder {
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
}

export async function pawlIn({ path, environment }: Folder, ...args: readonly string[]): Promise<Said> {
  const said = { out: '', err: '' };
  const code = await main(args, {
    cwd: path,
    env: environment,
    out: (text) => void (said.out += `${text}\n`),
    err: (text) => void (said.err += `${text}\n`),
    width: 100,
    colour: false,
  });
  return { code, ...said };
}
