// The digest port, and where the fixtures lie.
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Sha256 } from '@pawl/core';

export const sha256: Sha256 = (data) => `sha256:${createHash('sha256').update(data).digest('hex')}`;

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../fixtures/experiments/${name}`, import.meta.url));
