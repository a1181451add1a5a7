// config.pbtxt: read, checked before a server sees it, and rewritten without touching anything but the versions.
import { hasErrors, nearest, type Problem, type Read } from '@pawl/core';
import protobuf from 'protobufjs/light.js';
import textformat from 'protobufjs/ext/textformat.js';
import { enums, messages } from './model-config-descriptor.ts';

export interface ModelTensor {
  readonly name: string;
  /** `TYPE_FP32` … */
  readonly data_type: string;
  readonly dims: readonly number[];
}

/** The members we read; all others are checked against the descriptor and left alone. */
export interface ModelConfig {
  readonly name?: string;
  readonly platform?: string;
  readonly backend?: string;
  readonly max_batch_size?: number;
  readonly input?: readonly ModelTensor[];
  readonly output?: readonly ModelTensor[];
  readonly default_model_filename?: string;
  readonly instance_group?: readonly { readonly count?: number }[];
  readonly dynamic_batching?: { readonly preferred_batch_size?: readonly number[] };
  readonly version_policy?: { readonly specific?: { readonly versions?: readonly number[] } };
}

/** @param model the name of the folder the configuration will lie in */
export function readModelConfig(source: { text: string; file: string }, model: string): Read<ModelConfig> {
  const { file } = source;
  let config: ModelConfig;
  try {
    const message = textformat.fromText(configType(), source.text);
    config = configType().toObject(message, { longs: Number, enums: String }) as ModelConfig;
  } catch (error) {
    return { problems: [syntaxProblem(error instanceof Error ? error.message : String(error), source)] };
  }
  const problems = semanticProblems(config, model).map(({ message, hint, field }) => {
    const line = lineOf(source.text, field);
    return { code: 'MODEL_CONFIG_INVALID', severity: 'error' as const, message, hint, file, ...(line > 0 && { line }) };
  });
  return hasErrors(problems) ? { problems } : { value: config, problems };
}

/**
 * The same text with `version_policy` naming exactly these versions. Everything else, comments included,
 * stays byte for byte.
 */
export function withVersions(text: string, versions: readonly number[]): string {
  const range = topLevelField(text, 'version_policy');
  const rest = range === undefined ? text : text.slice(0, range.start) + text.slice(range.end);
  const policy = `version_policy: { specific: { versions: [ ${versions.toSorted((a, b) => a - b).join(', ')} ] } }`;
  return `${rest.trimEnd()}\n${policy}\n`;
}

let cachedType: protobuf.Type | undefined;

/** Built when first needed: most processes of this package never read a configuration. */
function configType(): protobuf.Type {
  if (cachedType !== undefined) return cachedType;
  const root = new protobuf.Root();
  const namespaces = new Map<string, protobuf.NamespaceBase>();
  const parentOf = (name: string): protobuf.NamespaceBase =>
    namespaces.get(name.split('.').slice(0, -1).join('.')) ?? root;
  const baseName = (name: string): string => name.split('.').at(-1) ?? name;
  for (const [name, body] of Object.entries(messages)) {
    const type = new protobuf.Type(baseName(name));
    const oneofs = new Map<string, string[]>();
    for (const line of body.split('\n').map((text) => text.trim())) {
      const match = /^(\d+) (\w+) (?:map<(\w+),([\w.]+)>|([\w.]+?))(\[\])?(?:@(\w+))?$/.exec(line);
      if (match === null) continue;
      const [, id, field = '', key, value, plain, list, oneof] = match;
      type.add(
        key !== undefined && value !== undefined
          ? new protobuf.MapField(field, Number(id), key, value)
          : new protobuf.Field(field, Number(id), plain ?? '', list === undefined ? undefined : 'repeated'),
      );
      if (oneof !== undefined) oneofs.set(oneof, [...(oneofs.get(oneof) ?? []), field]);
    }
    for (const [oneof, fields] of oneofs) type.add(new protobuf.OneOf(oneof, fields));
    parentOf(name).add(type);
    namespaces.set(name, type);
  }
  for (const [name, members] of Object.entries(enums)) {
    const values = Object.fromEntries(members.split(' ').map((pair) => pair.split('=') as [string, string]));
    const numbers = Object.fromEntries(Object.entries(values).map(([member, number]) => [member, Number(number)]));
    parentOf(name).add(new protobuf.Enum(baseName(name), numbers));
  }
  cachedType = root.lookupType('ModelConfig');
  return cachedType;
}

function syntaxProblem(message: string, source: { text: string; file: string }): Problem {
  const line = Number(/\(line (\d+)\)/.exec(message)?.[1] ?? 0);
  const [, type = '', field] = /\.?([\w.]+): unknown field '(\w+)'/.exec(message) ?? [];
  const place = { file: source.file, ...(line > 0 && { line }) };
  if (field !== undefined) {
    const meant = nearest(field, fieldNames(type));
    const column = (source.text.split('\n')[line - 1] ?? '').indexOf(field) + 1;
    return {
      code: 'MODEL_CONFIG_UNKNOWN_FIELD',
      severity: 'error',
      message: `${type === 'ModelConfig' ? "Triton's model configuration" : type} has no field "${field}".`,
      hint: meant === undefined ? 'Remove it, or check the spelling.' : `Did you mean "${meant}"?`,
      ...place,
      ...(column > 0 && { column }),
    };
  }
  return {
    code: 'MODEL_CONFIG_NOT_TEXTPROTO',
    severity: 'error',
    message: `This is no model configuration: ${message.replace(/ \(line \d+\)/, '')}.`,
    hint: "Write it in protobuf's text format, as Triton's documentation shows.",
    ...place,
  };
}

const fieldNames = (type: string): string[] =>
  (messages[type] ?? '').split('\n').flatMap((line) => /^ *\d+ (\w+)/.exec(line)?.[1] ?? []);

/** The rules of Triton's own ValidateModelConfig that a text alone can break. */
function semanticProblems(config: ModelConfig, model: string): { message: string; hint: string; field: string }[] {
  const found: { message: string; hint: string; field: string }[] = [];
  const batch = config.max_batch_size ?? 0;
  if (config.name !== undefined && config.name !== '' && config.name !== model) {
    found.push({
      field: 'name',
      message: `The configuration is named "${config.name}", the model "${model}".`,
      hint: `Write name: "${model}", or leave the name out.`,
    });
  }
  if (!config.platform && !config.backend) {
    found.push({
      field: '',
      message: 'Neither backend nor platform is given.',
      hint: 'Add backend: "onnxruntime" for an ONNX model.',
    });
  }
  if (batch < 0) {
    found.push({
      field: 'max_batch_size',
      message: `max_batch_size is ${batch}.`,
      hint: 'Give 0 (no batching) or a positive number.',
    });
  }
  for (const size of config.dynamic_batching?.preferred_batch_size ?? []) {
    if (size <= 0 || size > batch) {
      found.push({
        field: 'preferred_batch_size',
        message: `preferred_batch_size ${size} lies outside 1 … max_batch_size (${batch}).`,
        hint: 'Raise max_batch_size, or prefer a smaller batch.',
      });
    }
  }
  for (const group of config.instance_group ?? []) {
    if (group.count !== undefined && group.count < 1) {
      found.push({
        field: 'instance_group',
        message: `An instance_group has count ${group.count}.`,
        hint: 'Give at least 1.',
      });
    }
  }
  for (const tensor of [...(config.input ?? []), ...(config.output ?? [])]) {
    if (!tensor.name) {
      found.push({ field: 'input', message: 'An input or output has no name.', hint: 'Name every tensor.' });
    }
  }
  return found;
}

function lineOf(text: string, field: string): number {
  if (field === '') return 0;
  return text.split('\n').findIndex((line) => new RegExp(`^\\s*${field}\\b`).test(line)) + 1;
}

/** Finds `name: value` or `name { … }` outside all braces, skipping strings and comments. */
function topLevelField(text: string, name: string): { start: number; end: number } | undefined {
  const token = /#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{}[\]<>]|[A-Za-z_]\w*/g;
  let depth = 0;
  let start: number | undefined;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [word] = match;
    if ('{[<'.includes(word)) depth += 1;
    else if ('}]>'.includes(word)) {
      depth -= 1;
      if (depth === 0 && start !== undefined) return { start, end: token.lastIndex };
    } else if (depth === 0 && word === name) start = match.index;
  }
  return undefined;
}
