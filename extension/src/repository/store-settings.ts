// Where pawl.yml says that runs are kept. A bundle of its own, with the YAML reader: most repositories say nothing, and
// then half of the extension's code is never loaded.
import { Config, readYaml } from '@pawl/core';

export interface StoreSettings {
  readonly remote?: string;
  readonly refPrefix?: string;
}

/** A file with mistakes says nothing here; whoever runs a gate with it is told. */
export function readStoreSettings(text: string): StoreSettings {
  const store = readYaml({ text, file: 'pawl.yml' }, Config, 'CONFIG').value?.store;
  if (store === undefined) return {};
  const { remote, 'ref-prefix': refPrefix } = store;
  return { refPrefix, ...(remote !== undefined && { remote }) };
}
