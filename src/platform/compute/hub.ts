/** The public model hub. It is asked for nothing until the person allows it. */
export const DEFAULT_HUB_URL = 'https://huggingface.co/';
