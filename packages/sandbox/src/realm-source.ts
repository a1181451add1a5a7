// The program that runs inside QuickJS before users' code does. It keeps its own hold of the built-ins it needs, so that
// a script which replaces them changes what it gives and nothing else. Answers are texts: `v` and JSON, `u` for
// undefined, `p` for a promise that is not settled yet, `f` with a message, U+0001 and a stack.
export const realmSource = (outputCharacters: number): string => String.raw`(function () {
  'use strict';
  const { parse, stringify } = JSON;
  const { apply } = Reflect;
  const Compile = Function;
  const CompileAsync = Object.getPrototypeOf(async function () {}).constructor;
  const Settled = Promise;
  const { then } = Promise.prototype;
  const Text = String;
  const Pattern = RegExp;
  const { exec } = RegExp.prototype;
  const { slice, includes } = String.prototype;
  const { push } = Array.prototype;
  const Failure = Error;
  const SyntaxFailure = SyntaxError;

  const silent = () => undefined;
  globalThis.console = { log: silent, info: silent, warn: silent, error: silent, debug: silent, trace: silent, table: silent };

  let outcome = 'p';
  const short = (text, length) => apply(slice, Text(text), [0, length]);
  const failed = (message, stack) => 'f' + short(message, 600) + '\u0001' + short(stack, 3000);

  const thrown = (error) => {
    try {
      if (typeof error !== 'object' || error === null) return failed('threw ' + Text(error), '');
      const { name, message, stack } = error;
      if (message === undefined) return failed('threw ' + stringify(error), '');
      return failed((name === undefined ? 'Error' : Text(name)) + ': ' + Text(message), stack === undefined ? '' : Text(stack));
    } catch {
      return failed('threw something that cannot be read', '');
    }
  };

  const told = (value) => {
    if (value === undefined) return 'u';
    const kind = typeof value;
    if (kind === 'function' || kind === 'symbol' || kind === 'bigint') return failed('gave a ' + kind + ', which JSON does not hold', '');
    if (kind === 'number' && value - value !== 0) return failed('gave ' + Text(value) + ', which is no number to judge by', '');
    try {
      const json = stringify(value);
      if (json === undefined) return 'u';
      return json.length > ${outputCharacters} ? failed('gave more than ${outputCharacters} characters', '') : 'v' + json;
    } catch (error) {
      return thrown(error);
    }
  };

  const call = (work, args) => {
    outcome = 'p';
    try {
      const value = apply(work, undefined, args);
      if (typeof value !== 'object' || value === null || typeof value.then !== 'function') return told(value);
      const promise = new Settled((resolve) => resolve(value));
      apply(then, promise, [(result) => { outcome = told(result); }, (error) => { outcome = thrown(error); }]);
      return 'p';
    } catch (error) {
      return thrown(error);
    }
  };

  const compile = (names, bodies) => {
    let first;
    for (let i = 0; i < bodies.length; i++) {
      // Where a function is not async, "await (x)" calls a function of that name.
      for (const Kind of apply(includes, bodies[i], ['await']) ? [CompileAsync, Compile] : [Compile]) {
        const parts = [];
        for (let n = 0; n < names.length; n++) apply(push, parts, [names[n]]);
        apply(push, parts, [bodies[i]]);
        try {
          return Kind(...parts);
        } catch (error) {
          if (!(error instanceof SyntaxFailure)) throw error;
          first ??= error;
        }
      }
    }
    throw first;
  };

  const exported = (module, name) => {
    const inner = module === null || module === undefined ? undefined : module.default;
    if (name !== undefined) {
      const found = module?.[name] ?? inner?.[name];
      if (typeof found === 'function') return found;
      throw new Failure('exports no function "' + name + '"');
    }
    for (const found of [module, inner, inner?.default]) if (typeof found === 'function') return found;
    throw new Failure('exports no function: give one as its default export, or as module.exports');
  };

  const require = (name) => {
    throw new Failure('cannot load "' + Text(name) + '": a script runs alone, without files, network or Node\'s modules');
  };

  return {
    code: (request, values) => {
      try {
        const { names, bodies } = parse(request);
        const given = parse(values);
        const args = [];
        for (let n = 0; n < names.length; n++) apply(push, args, [given[names[n]]]);
        return call(compile(names, bodies), args);
      } catch (error) {
        return thrown(error);
      }
    },
    commonJs: (wrapper, request, args) => {
      try {
        const { name } = parse(request);
        const module = { exports: {} };
        apply(wrapper, module.exports, [module, module.exports, require]);
        return call(exported(module.exports, name), parse(args));
      } catch (error) {
        return thrown(error);
      }
    },
    esm: (namespace, request, args) => {
      try {
        const { name } = parse(request);
        if (namespace instanceof Settled)
          return call(() => apply(then, namespace, [(module) => apply(exported(module, name), undefined, parse(args))]), []);
        return call(exported(namespace, name), parse(args));
      } catch (error) {
        return thrown(error);
      }
    },
    match: (request) => {
      try {
        const [pattern, flags, text] = parse(request);
        return apply(exec, new Pattern(pattern, flags), [text]) === null ? 'vfalse' : 'vtrue';
      } catch (error) {
        return thrown(error);
      }
    },
    thrown,
    settled: () => outcome,
  };
})()`;
