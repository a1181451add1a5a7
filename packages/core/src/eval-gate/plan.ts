// What must be read: which file is which, and which columns feed a model. Pure.
import { didYouMean } from '../formats/did-you-mean.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { Column } from '../ports/data-engine.ts';
import type { ModelSignature } from '../ports/model-scorer.ts';

/** By name: everything else is a model. */
export const isDataFile = (path: string): boolean =>
  /\.(parquet|pq|parq|(csv|tsv|json|jsonl|ndjson)(\.gz)?)$/i.test(path);

/** One input of a model and the columns that fill it, side by side. */
export interface FeatureInput {
  readonly input: string;
  readonly columns: readonly string[];
  readonly type: 'number' | 'text';
}

export interface FeatureSource {
  /** The dataset's path, for messages. */
  readonly file: string;
  readonly columns: readonly Column[];
  readonly label: string;
}

/** Which columns feed which input of the model: as the policy says, else by name. */
export function planFeatures(
  features: GatePolicy['data']['features'],
  signature: ModelSignature,
  source: FeatureSource,
): Read<readonly FeatureInput[]> {
  const names = signature.inputs.map(({ name }) => name);
  const mapped = mappedFeatures(features, names);
  if (mapped.value === undefined) return { problems: mapped.problems };
  const problems: Problem[] = [...mapped.problems];
  const known = source.columns.map(({ name }) => name);
  const planned = signature.inputs.map(({ name, type, width }): FeatureInput => {
    const columns = mapped.value?.[name] ?? [name];
    for (const column of columns.filter((column) => !known.includes(column))) {
      problems.push(
        problem(
          'GATE_FEATURE_MISSING',
          `The model's input "${name}" reads the column "${column}", which the dataset does not have.`,
          {
            hint: `${capital(didYouMean(column, known))} A column of another name is mapped in \`data.features\`.`,
            file: source.file,
          },
        ),
      );
    }
    if (width !== undefined && columns.length !== width) {
      problems.push(
        problem(
          'GATE_FEATURE_WIDTH',
          `The model's input "${name}" takes ${width} features; ${columns.length} are mapped.`,
          {
            hint: `List its ${width} columns in \`data.features\`, in the order it was trained with.`,
            file: source.file,
          },
        ),
      );
    }
    return { input: name, columns, type: type === 'string' ? 'text' : 'number' };
  });
  if (problems.length === 0 && planned.some(({ columns }) => columns.includes(source.label))) {
    return {
      problems: [
        problem('GATE_LABEL_LEAK', `The label "${source.label}" is also a feature of the model.`, {
          hint: 'A model that is told the answer looks better than it is; take the column out of its features.',
          file: source.file,
        }),
      ],
    };
  }
  return problems.length > 0 ? { problems } : { value: planned, problems };
}

function mappedFeatures(
  features: GatePolicy['data']['features'],
  inputs: readonly string[],
): Read<Readonly<Record<string, readonly string[]>>> {
  if (features === undefined) return { value: {}, problems: [] };
  if (isList(features)) {
    const [only] = inputs;
    if (only !== undefined && inputs.length === 1) return { value: { [only]: features }, problems: [] };
    return {
      problems: [
        problem(
          'GATE_FEATURES',
          `\`data.features\` is a list, and the model has ${inputs.length} inputs: ${inputs.join(', ')}.`,
          {
            hint: 'Write a map of input → column, or leave it out when the columns have the names of the inputs.',
          },
        ),
      ],
    };
  }
  const problems = Object.keys(features)
    .filter((input) => !inputs.includes(input))
    .map((input) =>
      problem('GATE_FEATURES', `\`data.features\` names the input "${input}", which the model does not have.`, {
        hint: capital(didYouMean(input, inputs)),
      }),
    );
  const value = Object.fromEntries(
    Object.entries(features).map(([input, columns]) => [input, typeof columns === 'string' ? [columns] : columns]),
  );
  return problems.length > 0 ? { problems } : { value, problems };
}

const isList = (features: NonNullable<GatePolicy['data']['features']>): features is string[] => Array.isArray(features);

function problem(code: string, message: string, more: { readonly hint: string; readonly file?: string }): Problem {
  const { hint, file } = more;
  return { code, severity: 'error', message, hint, ...(file !== undefined && { file }) };
}

const capital = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('?') ? '' : '.'}`;
