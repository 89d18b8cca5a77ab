import { MediaQuery } from 'svelte/reactivity';

/** Below this the navigation is a bar at the foot of the screen. */
export const isPhone = new MediaQuery('width <= 720px');

/** Above this a source is read beside the conversation, below it in a sheet over it. */
export const hasRoomForPanel = new MediaQuery('width >= 1080px');
