import { expose, transfer } from 'comlink';

import type { KdfApi } from './api.ts';
import { deriveKey } from './derive-key.ts';

const api: KdfApi = {
  async derive(passphrase, salt, params) {
    const key = await deriveKey(passphrase, salt, params);
    return transfer(key, [key.buffer]);
  },
};

expose(api);
