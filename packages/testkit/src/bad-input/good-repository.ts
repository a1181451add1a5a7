// A small repository in which every gate can judge, with an earlier commit that is registered as production. Each case
// of bad input spoils one thing of it.
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bareRemote,
  cloneOf,
  gitRepo,
  repoAt,
  temporaryFolder,
  type BareRemote,
  type Files,
  type GitRepo,
} from '../git/index.ts';

const fixture = (path: string): Promise<Uint8Array> =>
  readFile(new URL(`../../../../fixtures/cases/${path}`, import.meta.url));

/** Rows enough to judge drift. */
const things = ['id,kind,size', ...Array.from({ length: 300 }, (_, row) => `${row},${'abc'[row % 3]},${row % 50}`), ''];

const suite = `name: things
expectations:
  - type: expect_column_values_to_be_unique
    column: id
`;

const gate = `name: delay
task: classification
model: models/delay/model.onnx
data:
  path: data/delays.csv
  id: id
  label: late
metrics:
  log-loss: { margin: 0.02 }
`;

const deployment = `name: delay
model: { path: models/delay/model.onnx, config: models/delay/config.pbtxt }
target: { kind: triton, url: http://127.0.0.1:9, repository: /srv/models }
splitter: { url: http://127.0.0.1:9 }
`;

export interface GoodRepository extends AsyncDisposable {
  readonly repo: GitRepo;
  readonly remote: BareRemote;
}

/** On branch `main`, pushed, with `delay@v1.0.0` and `triage@v1.0.0` in production one commit before. */
export async function goodRepository(): Promise<GoodRepository> {
  const remote = await bareRemote();
  const repo = await gitRepo({
    'data/things.csv': things.join('\n'),
    'data/things.expect.yml': suite,
    'data/things.drift.yml': 'name: things\nthreshold: 0.1\n',
    'data/delays.csv': await fixture('eval-gate/onnx-better/data.csv'),
    'data/mails.jsonl': await fixture('prompt-regression/better/candidate/data/mails.jsonl'),
    'models/delay/model.onnx': await fixture('eval-gate/onnx-better/production.onnx'),
    'models/delay/README.md': '---\nlicense: apache-2.0\n---\n# delay\n\nThe first.\n',
    'models/delay/delay.gate.yml': gate,
    'deployments/delay.deploy.yml': deployment,
    'prompts/triage.prompt.yml': await fixture('prompt-regression/better/production/prompts/triage.prompt.yml'),
  });
  for (const name of ['delay', 'triage']) {
    await repo.tag(`${name}@v1.0.0`);
    await repo.tag(`${name}#production#1`);
  }
  await repo.commit('A better model, a better prompt', {
    'models/delay/model.onnx': await fixture('eval-gate/onnx-better/candidate.onnx'),
    'models/delay/README.md': '---\nlicense: apache-2.0\n---\n# delay\n\nThe second.\n',
    'prompts/triage.prompt.yml': await fixture('prompt-regression/better/candidate/prompts/triage.prompt.yml'),
  });
  await repo.publishTo(remote);
  return {
    repo,
    remote,
    [Symbol.asyncDispose]: async () => {
      await repo[Symbol.asyncDispose]();
      await remote[Symbol.asyncDispose]();
    },
  };
}

/** How a case spoils the repository. */
export interface Spoil {
  readonly files?: Files;
  /** Text in a file, replaced. */
  readonly replace?: { readonly file: string; readonly text: string; readonly by: string };
  /** A file that ends too early. */
  readonly truncate?: { readonly file: string; readonly bytes: number };
  /** A checkout that lacks the earlier commit. */
  readonly shallow?: boolean;
}

/** A copy of the repository with the spoil in its work tree, or a shallow clone of what was pushed. */
export async function spoiled({ repo, remote }: GoodRepository, spoil: Spoil): Promise<GitRepo> {
  const { files = {}, replace, truncate, shallow = false } = spoil;
  const copy = shallow ? await cloneOf(remote, '--depth=1') : await copyOf(repo);
  const read = (file: string): Promise<Buffer> => readFile(join(copy.path, file));
  if (replace !== undefined) {
    const text = (await read(replace.file)).toString('utf8');
    if (!text.includes(replace.text)) throw new Error(`${replace.file} does not hold "${replace.text}"`);
    await copy.write({ [replace.file]: text.replace(replace.text, replace.by) });
  }
  if (truncate !== undefined)
    await copy.write({ [truncate.file]: (await read(truncate.file)).subarray(0, truncate.bytes) });
  await copy.write(files);
  return copy;
}

/** Quicker than to make it anew: no Git command runs. */
async function copyOf(repo: GitRepo): Promise<GitRepo> {
  const folder = await temporaryFolder('pawl-spoiled');
  const home = join(folder.path, 'home');
  await mkdir(home);
  await cp(repo.path, join(folder.path, 'repo'), { recursive: true });
  return repoAt(join(folder.path, 'repo'), home, folder);
}
