import { expose } from 'comlink';
import { loadCMap } from './load-cmap.ts';
import { createExtractor } from './extractor.ts';
import { DESKTOP_LIMITS, MOBILE_LIMITS } from './limits.ts';

const onPhone = /Android|iPhone|iPad|Mobile/.test(navigator.userAgent);
expose(
  createExtractor({
    limits: onPhone ? MOBILE_LIMITS : DESKTOP_LIMITS,
    loadCMap,
    // A file that talks a parser into writing to `__proto__` must find nothing to write to. Not earlier: parts of the
    // Word library set `valueOf` on their prototypes while they load, which a frozen `Object.prototype` forbids.
    beforeReading: () => Object.freeze(Object.prototype),
  }),
);
