/** The message by which a page tells the service worker that it may fetch the rest of the app. */
export const COMPLETE_SHELL = 'COMPLETE_SHELL';
