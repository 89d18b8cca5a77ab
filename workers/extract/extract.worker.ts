import { expose } from 'comlink';
import { loadCMap } from './load-cmap.ts';
import { createExtractor } from './extractor.ts';
import { DESKTOP_LIMITS, MOBILE_LIMITS } from './limits.ts';

// A file that talks a parser into writing to `__proto__` must find nothing to write to.
Object.freeze(Object.prototype);

const onPhone = /Android|iPhone|iPad|Mobile/.test(navigator.userAgent);
expose(createExtractor({ limits: onPhone ? MOBILE_LIMITS : DESKTOP_LIMITS, loadCMap }));
