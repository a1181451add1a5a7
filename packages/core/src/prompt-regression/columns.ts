// A side of the comparison is a suite's prompts and providers; a column is one prompt asked through one provider.
import { canonicalJson } from '../formats/canonical.ts';
import type { EvalCase, EvalDialect, EvalProvider, EvalSuite } from '../formats/eval-suite.ts';
import type { ModelRequest } from '../ports/model-provider.ts';
import type { GatewayAddress } from './gateway/sides.ts';
import { compilePrompt, withVars, type CompiledPrompt } from './render-prompt.ts';

export interface Column {
  /** As reports call it, unique on its side. */
  readonly label: string;
  readonly compiled: CompiledPrompt;
  readonly provider: EvalProvider;
  readonly request: Pick<ModelRequest, 'model' | 'parameters' | 'responseFormat' | 'tools' | 'toolChoice'>;
  /** Equal when two columns differ in messages alone, or not at all. */
  readonly settingsKey: string;
  /** The gateway under test that it is asked through. */
  readonly gateway?: GatewayAddress;
  /** How earlier turns of a conversation reach the model: as a variable that the prompt names, as messages, not at all. */
  readonly history: 'variable' | 'messages' | 'none';
}

export interface Side {
  readonly dialect: EvalDialect;
  readonly columns: readonly Column[];
}

export function sideOf(suite: Pick<EvalSuite, 'prompts' | 'providers' | 'dialect'>): Side {
  const { prompts, providers, dialect } = suite;
  const compiled = prompts.map((prompt) => compilePrompt(prompt, dialect === 'promptfoo'));
  const carrying = compiled.map(withVars);
  const columns = providers.flatMap((provider) =>
    (carriesVars(provider) ? carrying : compiled)
      .filter(({ prompt }) => provider.prompts === undefined || provider.prompts.includes(prompt.label))
      .map((each): Column => {
        const request = requestOf(each, provider);
        const label =
          providers.length === 1
            ? each.prompt.label
            : prompts.length === 1
              ? provider.label
              : `${each.prompt.label} · ${provider.label}`;
        // Of a bare model its name says all; anything else may be the same model somewhere else.
        const where = isBare(provider) ? {} : { kind: provider.kind, id: provider.id, config: provider.config };
        const named = each.templates.some(({ names }) => names.includes('_conversation'));
        return {
          label,
          compiled: each,
          provider,
          request,
          settingsKey: canonicalJson({ ...request, ...where }),
          // promptfoo shows a prompt only what it names.
          history: named ? 'variable' : dialect === 'promptfoo' ? 'none' : 'messages',
        };
      }),
  );
  return { dialect, columns };
}

/** What these ask is a template of its own, or code: the prompt alone does not say what an answer depends on. */
const carriesVars = ({ kind }: EvalProvider): boolean =>
  kind === 'http' || kind === 'exec' || kind === 'script' || kind === 'python';

/** A model and no word of where it is asked: `.prompt.yml` names no endpoint. */
export const isBare = ({ kind, config, id, model }: EvalProvider): boolean =>
  kind === 'openai' && id === model && Object.keys(config).length === 0;

/** Whether a case is asked in a column. */
export const runsIn = ({ prompts, providers }: EvalCase, { compiled, provider }: Column): boolean =>
  (prompts === undefined || prompts.includes(compiled.prompt.label)) &&
  (providers === undefined || providers.includes(provider.label) || providers.includes(provider.id));

/** Settings that say how an endpoint is reached, and not what a model is told: no part of the request. */
const connection = new Set([
  ...['apiKey', 'apiKeyEnv', 'apiKeyEnvar', 'apiBaseUrl', 'apiHost', 'baseUrl', 'headers', 'organization', 'timeout'],
  ...[
    'timeoutMs',
    'maxRetries',
    'retries',
    'cost',
    'inputCost',
    'outputCost',
    'prices',
    'listPrices',
    'delay',
    'stream',
    'apiVersion',
    'azure',
    'endpoint',
  ],
  ...['tools', 'tool_choice', 'toolChoice'],
]);

function requestOf({ prompt }: CompiledPrompt, provider: EvalProvider): Column['request'] {
  const { config, kind } = provider;
  const asksModel = kind === 'openai' || kind === 'openai-completion' || kind === 'anthropic';
  const own = asksModel ? Object.entries(config).filter(([name]) => !connection.has(name)) : [];
  const tools =
    prompt.tools ?? (Array.isArray(config['tools']) ? (config['tools'] as Column['request']['tools']) : undefined);
  const toolChoice = config['tool_choice'] ?? config['toolChoice'];
  return {
    model: provider.model ?? provider.id,
    parameters: { ...Object.fromEntries(own), ...prompt.parameters },
    ...(prompt.responseFormat !== undefined && { responseFormat: prompt.responseFormat }),
    ...(tools !== undefined && { tools }),
    ...(toolChoice !== undefined && { toolChoice }),
  };
}

/** A candidate's column and what it is compared with. */
export interface ColumnPair {
  readonly after: Column;
  readonly before?: Column;
}

/**
 * Pairs columns by the labels of prompt and provider. Where one prompt (or provider) is left over on each side, those
 * two are one that was renamed. `gone` are the baseline's columns that the candidate has no more.
 */
export function pairColumns(
  after: Side,
  before: Side | undefined,
): { readonly pairs: readonly ColumnPair[]; readonly gone: readonly Column[] } {
  if (before === undefined) return { pairs: after.columns.map((column) => ({ after: column })), gone: [] };
  const promptOf = renamed(after, before, ({ compiled }) => compiled.prompt.label);
  const providerOf = renamed(after, before, ({ provider }) => provider.label);
  const left = new Map(
    before.columns.map((column) => [keyOf(column.compiled.prompt.label, column.provider.label), column] as const),
  );
  const pairs = after.columns.map((column): ColumnPair => {
    const key = keyOf(promptOf(column.compiled.prompt.label), providerOf(column.provider.label));
    const other = left.get(key);
    left.delete(key);
    return { after: column, ...(other !== undefined && { before: other }) };
  });
  return { pairs, gone: [...left.values()] };
}

const keyOf = (prompt: string, provider: string): string => JSON.stringify([prompt, provider]);

function renamed(after: Side, before: Side, label: (column: Column) => string): (name: string) => string {
  const names = new Set(after.columns.map(label));
  const old = new Set(before.columns.map(label));
  const [added, another] = [...names].filter((name) => !old.has(name));
  const [removed, other] = [...old].filter((name) => !names.has(name));
  if (added === undefined || removed === undefined || another !== undefined || other !== undefined)
    return (name) => name;
  return (name) => (name === added ? removed : name);
}
