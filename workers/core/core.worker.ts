import { expose } from 'comlink';
import { checkPolicy } from '../../src/platform/pwa/policy-check.ts';
import { Core } from './core.ts';

/** The site's root: the built worker lives in `assets/`, one level below it; in development the base says so. */
const siteUrl = new URL(import.meta.env.DEV ? import.meta.env.BASE_URL : '../', self.location.href).href;

// The development server serves this script without the policy.
const isPolicyEnforced = import.meta.env.DEV
  ? Promise.resolve(true)
  : checkPolicy().then(({ kind }) => kind === 'enforced');

expose(new Core(siteUrl, isPolicyEnforced));
