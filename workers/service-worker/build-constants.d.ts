/** Set by the build (`define` in vite.config.ts). */
declare const __ORT_VERSION__: string;
declare const __APP_VERSION__: string;
