// A tree as data: what a view shows, before the editor's API comes in.

export interface Icon {
  /** A codicon's name: follows the theme by itself. */
  readonly name: string;
  /** A theme colour's id. Never the only sign of a verdict: the words and the shape say it too. */
  readonly color?: string;
}

export interface Row {
  /** Stable over a refresh, so that selection and unfolded rows stay. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  /** Plain text. */
  readonly tooltip?: string;
  readonly icon?: Icon;
  /** What menus ask for in their `when`. */
  readonly context?: string;
  readonly fold: 'none' | 'collapsed' | 'expanded';
  /** Called with the node when the row is opened. */
  readonly command?: { readonly id: string; readonly title: string };
}

export interface Rows<Node> {
  /** Of the root without a node. */
  children(node?: Node): Promise<readonly Node[]>;
  row(node: Node): Row;
}

/** The lines of a tooltip that have something to say. */
export const lines = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join('\n');
