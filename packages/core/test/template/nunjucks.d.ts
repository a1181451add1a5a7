// The part of nunjucks that the differential test calls.
declare module 'nunjucks' {
  export class Environment {
    constructor(loader: null, options: { readonly autoescape: boolean; readonly throwOnUndefined?: boolean });
    addFilter(name: string, filter: (value: string) => unknown): this;
    renderString(source: string, variables: Readonly<Record<string, unknown>>): string;
  }
}
