import { expose } from 'comlink';
import { Core } from './core.ts';

/** The site's root: the built worker lives in `assets/`, one level below it; in development the base says so. */
const siteUrl = new URL(import.meta.env.DEV ? import.meta.env.BASE_URL : '../', self.location.href).href;

expose(new Core(siteUrl));
