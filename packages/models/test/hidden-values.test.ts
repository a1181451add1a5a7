// Programs and endpoints hide the same: core, which may import neither, has the rule once more.
import { hiding } from '@pawl/core';
import { maskSecrets } from '@pawl/wire';
import { expect, test } from 'vitest';

test.each(['sk-1234567890', 'short', 'of six', 'grüße & more=1', '😀😀😀', '{"a": "$&"}'])(
  'programs and requests hide %j alike',
  (value) => {
    const forms = [value, encodeURIComponent(value), Buffer.from(value).toString('base64'), 'nothing'];
    const hide = hiding([value]) ?? ((text: string) => text);

    for (const form of forms) expect(hide(`(${form}) ${form}`)).toBe(maskSecrets(`(${form}) ${form}`, [value]));
  },
);
