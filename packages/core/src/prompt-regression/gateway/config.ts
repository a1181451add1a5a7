// Configurations of gateways as files: LiteLLM's YAML and Portkey's JSON, read to be digested, compared and shown. What
// a gateway makes of them is its own affair; variables that they name are never looked up.
import { canonicalJson, type Sha256 } from '../../formats/canonical.ts';
import { nearest } from '../../formats/did-you-mean.ts';
import type { EvalPlace } from '../../formats/eval-suite.ts';
import { hasErrors, type Problem, type Read } from '../../formats/problem.ts';
import { parseYaml } from '../../formats/read-yaml.ts';
import { entriesOf, isFields, writtenSecrets, type ConfigEntry, type Fields } from './entries.ts';

export type GatewayKind = 'litellm' | 'portkey';

export interface GatewayConfig {
  readonly kind: GatewayKind;
  /** Path from the root. */
  readonly file: string;
  readonly text: string;
  readonly entries: readonly ConfigEntry[];
  /** Digests of files that are part of what it means, by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Of what it means: comments and the order of keys are no part of it. */
  readonly digest: string;
}

/** One file, parsed: what it includes is read by whoever can read files. */
export interface ConfigFile {
  readonly file: string;
  readonly kind: GatewayKind;
  readonly value: Fields;
  readonly entries: readonly ConfigEntry[];
  /** Paths as they are written. */
  readonly includes: readonly string[];
}

const sections = [
  ...['model_list', 'litellm_settings', 'router_settings', 'general_settings', 'environment_variables', 'include'],
  ...['guardrails', 'callback_settings', 'credential_list', 'mcp_servers', 'prompts', 'vector_store_registry'],
];
const portkeyKeys = ['targets', 'strategy', 'cache', 'retry', 'provider', 'virtual_key'];

/** @param included a file that another names: a part, which need not have models */
export function readConfigFile(text: string, file: string, included = false): Read<ConfigFile> {
  const parsed = parseYaml({ text, file }, 'GATEWAY');
  if (parsed.value === undefined) return { problems: parsed.problems };
  const { document, place } = parsed.value;
  const value = plainOf(document);
  if (!isFields(value)) return { problems: [...parsed.problems, notAConfig(file, { file })] };
  const portkey = !('model_list' in value) && portkeyKeys.some((name) => name in value);
  const kind = portkey && !included ? 'portkey' : 'litellm';
  const problems: Problem[] = [...parsed.problems];
  if (kind === 'litellm') {
    problems.push(...misspelled(value, (name) => place([], name)));
    if (!included && value['model_list'] === undefined && value['include'] === undefined)
      problems.push(notAConfig(file, { file }));
    problems.push(...modelProblems(value['model_list'], (path) => place(path)));
  }
  problems.push(...writtenSecrets(value, (path) => place(path)));
  if (hasErrors(problems)) return { problems };
  const include = value['include'];
  const includes = Array.isArray(include) ? include.filter((each) => typeof each === 'string') : [];
  return { value: { file, kind, value, entries: entriesOf(value, kind, place), includes }, problems };
}

/** @param parts the file itself, then what it includes */
export function configOf(
  text: string,
  parts: readonly ConfigFile[],
  companions: readonly { readonly path: string; readonly digest: string }[],
  sha256: Sha256,
): GatewayConfig | undefined {
  const [main] = parts;
  if (main === undefined) return undefined;
  const meaning = { kind: main.kind, parts: parts.map(({ value }) => value), companions };
  return {
    kind: main.kind,
    file: main.file,
    text,
    entries: parts.flatMap(({ entries }) => entries),
    files: new Map(companions.map(({ path, digest }) => [path, digest])),
    digest: sha256(canonicalJson(meaning)),
  };
}

/** Texts of a configuration that may name files beside it: a router's table, a module with hooks. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.length <= 200 && !/\s/.test(value) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isFields(value) ? Object.values(value).flatMap(textsIn) : [];
}

function plainOf(document: { toJS(options: { maxAliasCount: number }): unknown }): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

const notAConfig = (file: string, place: EvalPlace): Problem => ({
  code: 'GATEWAY_NO_CONFIG',
  severity: 'error',
  message: `"${file}" is neither a configuration of LiteLLM (model_list) nor one of Portkey (targets, strategy).`,
  hint: 'Name the file that the gateway is started with.',
  ...place,
});

/** LiteLLM passes over sections that it does not know, and the fallbacks that were meant are none. */
function misspelled(value: Fields, placeOf: (name: string) => EvalPlace): readonly Problem[] {
  return Object.keys(value).flatMap((name): readonly Problem[] => {
    const near = sections.includes(name) ? undefined : nearest(name, sections);
    if (near === undefined) return [];
    return [
      {
        code: 'GATEWAY_UNKNOWN_KEY',
        severity: 'warning',
        message: `LiteLLM has no section "${name}" and passes over it.`,
        hint: `Did you mean "${near}"?`,
        ...placeOf(name),
      },
    ];
  });
}

function modelProblems(list: unknown, placeOf: (path: readonly (string | number)[]) => EvalPlace): readonly Problem[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) return [invalidModel('model_list is no list.', placeOf(['model_list']))];
  return list.flatMap((each, index): readonly Problem[] => {
    const params = isFields(each) ? each['litellm_params'] : undefined;
    if (isFields(each) && typeof each['model_name'] === 'string' && isFields(params) && 'model' in params) return [];
    return [invalidModel('A model needs model_name and litellm_params.model.', placeOf(['model_list', index]))];
  });
}

const invalidModel = (message: string, place: EvalPlace): Problem => ({
  code: 'GATEWAY_MODEL_INVALID',
  severity: 'error',
  message,
  hint: 'LiteLLM does not start with it.',
  ...place,
});
