// The one file of a command as a script instead of a module. Of a module Node keeps compiled what was compiled before it
// ran, which is its outermost functions alone; of a script the program itself can keep all that a run has used.
import { createHash } from 'node:crypto';
import { parseAst } from 'rolldown/parseAst';

export interface CommandScript {
  /** A hash of it in a comment of 20 characters, and a function that is given the file's address and returns the exports. */
  readonly script: string;
  /** A module with the same exports, for chunks that import them: it is the script that runs already. */
  readonly module: string;
}

/** @param code an ES module that imports nothing but Node's own modules at its start */
export function asScript(code: string, name: string): CommandScript {
  const { body } = parseAst(code, { sourceType: 'module' });
  const exported: (readonly [as: string, name: string])[] = [];
  let text = code;
  for (const statement of body.toReversed()) {
    const { type, start, end } = statement;
    let instead: string | undefined;
    if (type === 'ImportDeclaration') {
      const from = statement.source.value;
      if (!from.startsWith('node:')) throw new Error(`${name} imports ${from} at its start`);
      const names = statement.specifiers.map((each) => {
        if (each.type !== 'ImportSpecifier') throw new Error(`${name} imports ${from} whole`);
        return `${wordOf(each.imported)}:${each.local.name}`;
      });
      instead = `const {${names.join(',')}}=process.getBuiltinModule(${JSON.stringify(from)});`;
    } else if (type === 'ExportNamedDeclaration' && statement.declaration === null) {
      for (const { exported: as, local } of statement.specifiers) exported.push([wordOf(as), wordOf(local)]);
      instead = '';
    } else if (type.startsWith('Export')) throw new Error(`${name} exports in a way that is not known here`);
    if (instead !== undefined) text = `${text.slice(0, start)}${instead}${text.slice(end)}`;
  }
  const members = exported.map(([as, local]) => `get ${as}(){return ${local}}`);
  const inside = text.replaceAll('import.meta.url', 'ownAddress');
  const whole = `(function(ownAddress){"use strict";${inside}\nreturn{${members.join(',')}}})`;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 16);
  return { script: `/*${hash}*/${whole}\n`, module: moduleOf(name, exported) };
}

const wordOf = (name: { readonly name?: string; readonly value?: string }): string => name.name ?? name.value ?? '';

function moduleOf(name: string, exported: readonly (readonly [string, string])[]): string {
  const constants = exported.map(([as], index) => `const e${index}=own.${as};`);
  const names = exported.map(([as], index) => `e${index} as ${as}`);
  return [
    `const own=globalThis[Symbol.for(${JSON.stringify(`pawl.${name}`)})];`,
    `if(own===undefined)throw new Error(${JSON.stringify(`${name} is started by bin/pawl.mjs`)});`,
    ...constants,
    `export{${names.join(',')}};\n`,
  ].join('');
}
