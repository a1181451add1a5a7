// Schemas in a bundle that are made when they are first used: a run reads files of one or two shapes, and making those
// of all that there are takes a tenth of a short command.
import { parseAst } from 'rolldown/parseAst';

/** Where the bundler finds `later`. */
export const laterModule = '\0pawl-later';

/** Stands for what is made at the first look at it; whoever looks sees no difference. */
export const laterText = `export function later(make) {
  let made;
  const value = () => (made ??= make());
  return new Proxy({}, {
    get: (_, key) => Reflect.get(value(), key),
    has: (_, key) => Reflect.has(value(), key),
    getPrototypeOf: () => Reflect.getPrototypeOf(value()),
    ownKeys: () => Reflect.ownKeys(value()),
    getOwnPropertyDescriptor: (_, key) => {
      const found = Reflect.getOwnPropertyDescriptor(value(), key);
      return found === undefined ? undefined : { ...found, configurable: true };
    },
  });
}`;

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Expression extends Span {
  readonly type: string;
  readonly name?: string;
  readonly callee?: Expression;
  readonly object?: Expression;
  readonly property?: Expression;
  readonly value?: Expression;
  readonly properties?: readonly Expression[];
}

/** The text of a module, each schema among its constants made later. Other modules stay as they are. */
export function madeWhenUsed(text: string): string {
  if (!/^import \* as z from 'zod\/mini';$/m.test(text)) return text;
  const { body } = parseAst(text, { lang: 'ts', sourceType: 'module' });
  const schemas = body
    .map((statement) => (statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement))
    .flatMap((statement) => (statement?.type === 'VariableDeclaration' ? statement.declarations : []))
    .map(({ init }) => init as Expression | null)
    .filter((init) => init !== null)
    .filter((init) => isSchema(init) || isShape(init));
  if (schemas.length === 0) return text;
  let changed = text;
  for (const { start, end } of schemas.toReversed())
    changed = `${changed.slice(0, start)}/* @__PURE__ */ later(() => (${changed.slice(start, end)}))${changed.slice(end)}`;
  return `import { later } from ${JSON.stringify(laterModule)};\n${changed}`;
}

/** `z.…(…)`, and what is called on it: all of them give a schema but these. */
const noSchema: ReadonlySet<string> = new Set(['parse', 'safeParse', 'toJSONSchema', 'registry', 'config']);

function isSchema({ type, callee }: Expression): boolean {
  if (type !== 'CallExpression' || callee?.type !== 'MemberExpression') return false;
  const { object, property } = callee;
  if (object === undefined || noSchema.has(property?.name ?? '')) return false;
  return isSchema(object) || isNamespace(object);
}

/** `z`, or a part of it such as `z.iso`. */
const isNamespace = ({ type, name, object }: Expression): boolean =>
  (type === 'Identifier' && name === 'z') ||
  (type === 'MemberExpression' && object !== undefined && isNamespace(object));

/** Members of an object, to be spread into schemas. */
const isShape = ({ type, properties = [] }: Expression): boolean =>
  type === 'ObjectExpression' &&
  properties.length > 0 &&
  properties.every(({ value }) => value !== undefined && isSchema(value));
