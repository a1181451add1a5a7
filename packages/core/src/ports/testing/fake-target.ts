// A deploy target in memory: versions are counted, loaded and unloaded; what goes wrong is told beforehand.
import type { Artifact, DeployTarget, ServingProof } from '../deploy-target.ts';

export interface FakeTarget extends DeployTarget {
  readonly staged: readonly { readonly servedAs: string; readonly artifact: Artifact }[];
  /** What the next calls meet: a rejected load, a failing proof, no answer at all. */
  fault: 'none' | 'load-rejected' | 'proof-fails' | 'unreachable';
  /** As a crash of the server does. */
  lose(servedAs: string): void;
}

export function fakeTarget(url = 'http://target.test'): FakeTarget {
  const staged: { servedAs: string; artifact: Artifact }[] = [];
  const loaded = new Set<string>();
  const reach = (): void => {
    if (target.fault === 'unreachable') throw fault('TARGET_UNREACHABLE', `${url} does not answer.`, 'Start it.');
  };
  const target: FakeTarget = {
    kind: 'triton',
    staged,
    fault: 'none',
    lose: (servedAs) => void loaded.delete(servedAs),
    stage: async (artifact) => {
      reach();
      const same = staged.find((one) => one.artifact.digest === artifact.digest);
      const servedAs = same?.servedAs ?? String(staged.length + 1);
      if (same === undefined) staged.push({ servedAs, artifact });
      return { servedAs };
    },
    load: async (name, servedAs) => {
      reach();
      if (target.fault === 'load-rejected') throw fault('TARGET_REJECTED_MODEL', `${name} is no model.`, 'Mend it.');
      if (!staged.some((one) => one.servedAs === servedAs)) throw fault('TARGET_REJECTED_MODEL', 'Not staged.', '');
      loaded.add(servedAs);
    },
    prove: async (_, servedAs, samples): Promise<ServingProof> => {
      reach();
      const ready = loaded.has(servedAs);
      const checks = [
        { name: 'ready', ok: ready, detail: ready ? 'yes' : 'not loaded' },
        ...samples.map((_sample, index) => ({
          name: `sample ${index + 1}`,
          ok: target.fault !== 'proof-fails',
          detail: target.fault === 'proof-fails' ? 'another answer' : 'answered as expected',
        })),
      ];
      return { ready: checks.every(({ ok }) => ok), checks };
    },
    endpoint: (name, servedAs) => ({ url, path: `/v2/models/${name}/versions/${servedAs}/infer` }),
    served: async () => {
      reach();
      return [...loaded].toSorted();
    },
    unload: async (_, servedAs) => {
      reach();
      loaded.delete(servedAs);
    },
  };
  return target;
}

const fault = (code: string, message: string, hint: string): Error => Object.assign(new Error(message), { code, hint });
