// The files of an embedding model, as they lie in the workspace: bounded, with the digests that go into the record.
import type { RunInput, Workspace } from '@pawl/core';

/** Said to the user as it is. */
export class UnusableModel extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

type Fingerprint = Awaited<ReturnType<Workspace['fingerprint']>>;

const largestConfig = 1_000_000;

export class ModelFiles {
  readonly inputs: RunInput[] = [];
  readonly #workspace: Workspace;
  /** Hashing a network takes a while. */
  readonly #known = new Map<string, Promise<Fingerprint>>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  has = async (path: string): Promise<boolean> => (await this.#fingerprint(path)) !== undefined;

  /**
   * @returns the digest of a file that the vectors depend on
   * @throws UnusableModel when there is none, or it has more bytes than `most`
   */
  async note(path: string, most: number): Promise<string> {
    const found = await this.#fingerprint(path);
    if (found === undefined) throw new UnusableModel(`there is no file "${path}"`, 'Fetch it: git lfs pull, dvc pull.');
    if (found.bytes > most)
      throw new UnusableModel(
        `"${path}" has ${found.bytes} bytes, and at most ${most} are read`,
        'Take a smaller model; for a large one ask an endpoint.',
      );
    this.inputs.push({ role: 'model', path, ...found });
    return found.digest;
  }

  /** Undefined where there is no such file: all of these are optional. */
  async json(path: string): Promise<unknown> {
    if (!(await this.has(path))) return undefined;
    await this.note(path, largestConfig);
    try {
      return JSON.parse((await this.#workspace.readText(path)) ?? '');
    } catch {
      throw new UnusableModel(`"${path}" is no JSON`, 'Get the file again; a Git LFS pointer looks like this.');
    }
  }

  #fingerprint(path: string): Promise<Fingerprint> {
    const found = this.#known.get(path) ?? this.#workspace.fingerprint(path);
    this.#known.set(path, found);
    return found;
  }
}
