// The digest of core's port, on Node's own hash.
import { createHash } from 'node:crypto';
import type { Sha256 } from '@pawl/core';

export const sha256: Sha256 = (data) => `sha256:${createHash('sha256').update(data).digest('hex')}`;
